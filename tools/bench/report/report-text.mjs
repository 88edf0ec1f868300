import { VERDICT_WORDS } from '../../bars/verdict.mjs';
import { spreadOf } from '../figures.mjs';
import { VARIANTS } from '../variants/index.mjs';

const QUESTION_TITLES = { hit: '', miss: ', not found', refused: ', refused' };

/** The results of a bench as Markdown. */
export function reportText(results, bars) {
  return [
    '# What a lookup costs',
    described(results),
    ...(results.quick ? ['A quick look: too short and too few rounds to be quoted.'] : []),
    ...(results.failure ? [`**It did not get to its end: ${results.failure}**`] : []),
    ...connectionsOf(results).map((connections) => lookupsTable(results, connections)),
    ...(results.writes.length > 0 ? [writesTable(results)] : []),
    barsTable(bars),
  ].join('\n\n');
}

function described({ at, machine, rounds, seconds, processors }) {
  const { server, redis: store, load } = processors;
  const { cpu, cores, memoryGb, system, redis } = machine;
  return `${at.slice(0, 10)}. ${cpu}, ${cores} processors, ${memoryGb} GB, ${system}; ${redis}. Server on processor ${server}, Redis on ${store}, load generator on ${load}. ${rounds} rounds of ${seconds} s each, interleaved; median (least to most).`;
}

function connectionsOf({ lookups }) {
  return [...new Set(lookups.map(({ connections }) => connections))].sort(
    (one, other) => one - other,
  );
}

function lookupsTable({ lookups }, connections) {
  const cells = lookups.filter((cell) => cell.connections === connections);
  const rows = cells.map((cell) => [
    titleOf(cell),
    figure(cell, 'cpuUs', 1),
    figure(cell, 'perSecond', 0),
    figure(cell, 'p50Us', 0),
    figure(cell, 'p99Us', 0),
    figure(cell, 'busyPercent', 0),
    spreadOf(cell.rounds.map(({ commands }) => commands)).max.toFixed(2),
    spreadOf(cell.rounds.map(({ lostPercent }) => lostPercent)).max.toFixed(1),
  ]);
  const head = [
    ...['', 'CPU, µs per lookup', 'lookups/s', 'p50, µs', 'p99, µs'],
    ...['of its processor, %', 'Redis commands, at most', 'lost, %, at most'],
  ];
  const title = connections === 1 ? '1 connection' : `${connections} connections`;
  return `## ${title}\n\n${table(head, rows)}`;
}

function writesTable({ writes }) {
  const titles = {
    report: 'unchanged report of 4 sessions',
    pipeline: '4 × SET EX and ZADD, pipelined',
    gathered: '4 × SET EX and ZADD, pipelined, many in one system call',
  };
  const rows = writes.map((one) => [
    `${titles[one.way]}, Node ${one.node}`,
    figure(one, 'nodeUs', 1),
    figure(one, 'redisUs', 1),
  ]);
  return `## What a report costs\n\n${table(['', 'Node, µs', 'Redis, µs'], rows)}`;
}

function barsTable(bars) {
  const rows = bars.map(({ title, value, bar, stretch, verdict }) => [
    title,
    value?.toFixed(2) ?? '',
    bar,
    stretch,
    VERDICT_WORDS[verdict],
  ]);
  return `## Bars\n\n${table(['', 'measured', 'bar', 'stretch', ''], rows)}`;
}

function titleOf({ variant, node, question }) {
  const { title } = VARIANTS.find(({ name }) => name === variant);
  return `${title}${node ? `, Node ${node}` : ''}${QUESTION_TITLES[question]}`;
}

function figure({ rounds }, name, digits) {
  const { median, min, max } = spreadOf(rounds.map((round) => round[name]));
  const text = (value) => value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  return `${text(median)} (${text(min)}–${text(max)})`;
}

function table(head, rows) {
  const line = (fields) => `| ${fields.join(' | ')} |`;
  const rule = line(head.map((_, index) => (index === 0 ? '---' : '--:')));
  return [line(head), rule, ...rows.map(line)].join('\n');
}

import { verdictOn } from '../bars/verdict.mjs';
import { ratioOf } from './figures.mjs';

/** Every bar: `{ title, value, bar, stretch, verdict }`; `value` is undefined where the results have no figures for it. */
export function judge({ lookups, writes }) {
  const figures = new Figures(lookups, writes);
  return BARS.flatMap((bar) => bar(figures));
}

/** The bars; a number without a word of its own is the product's goal. */
const BARS = [
  (figures) =>
    figures.nodes.flatMap((node) => [
      most(
        `CPU per lookup ÷ raw, 64 connections, Node ${node}`,
        figures.cpuToRaw(node, 64),
        1.15,
        1.05,
      ),
      most(`CPU per lookup ÷ raw, 1 connection, Node ${node}`, figures.cpuToRaw(node, 1), 1.2, 1.1),
      most(`p99 ÷ raw, 1 connection, Node ${node}`, figures.p99ToRaw(node, 1), 1.5, 1.2),
    ]),
  (figures) => [
    least(
      'lookups/s ÷ nginx + Lua, 64 connections, Node 24',
      figures.speedTo('nginx-lua', 24),
      0.75,
      1,
    ),
    ...figures.nodes.flatMap((node) => [
      least(
        `lookups/s ÷ gunicorn + Flask, 64 connections, Node ${node}`,
        figures.speedTo('gunicorn', node),
        12,
        18,
      ),
      most(
        `CPU per lookup ÷ default Nest, 64 connections, Node ${node}`,
        figures.cpuToNest(node),
        0.4,
        0.3,
      ),
    ]),
  ],
  (figures) => [
    exactly('Redis commands per hit', figures.commands('hit'), 1),
    exactly('Redis commands per refused request', figures.commands('refused'), 0),
    exactly('lookups of Rollcall without an answer, %', figures.lost(), 0),
  ],
  (figures) =>
    figures.nodes.map((node) =>
      most(
        `unchanged report ÷ five pipelined commands, Node ${node}`,
        figures.reportToPipeline(node),
        0.7,
        0.55,
      ),
    ),
];

/** What the bars are about, from the rounds of a bench; undefined where it was not measured. */
class Figures {
  #lookups;
  #writes;

  constructor(lookups, writes) {
    this.#lookups = lookups;
    this.#writes = writes;
  }

  get nodes() {
    const nodes = [...this.#lookups, ...this.#writes].map(({ node }) => node);
    return [...new Set(nodes.filter(Boolean))];
  }

  cpuToRaw(node, connections) {
    return this.#compared('cpuUs', { node, connections }, { variant: 'raw', node });
  }

  p99ToRaw(node, connections) {
    return this.#compared('p99Us', { node, connections }, { variant: 'raw', node });
  }

  cpuToNest(node) {
    return this.#compared('cpuUs', { node, connections: 64 }, { variant: 'nest', node });
  }

  speedTo(variant, node) {
    return this.#compared('perSecond', { node, connections: 64 }, { variant });
  }

  /** Of every round: a single one with a command too many, or one too few, misses the bar. */
  commands(question) {
    return this.#ofEveryRound('commands', (cell) => cell.question === question);
  }

  /** Of every round, whatever was asked. */
  lost() {
    return this.#ofEveryRound('lostPercent');
  }

  reportToPipeline(node) {
    const costs = (way) =>
      this.#writes
        .find((one) => one.way === way && one.node === node)
        ?.rounds.map(({ nodeUs, redisUs }) => nodeUs + redisUs);
    return medianRatio(costs('report'), costs('pipeline'));
  }

  #ofEveryRound(figure, fits = () => true) {
    return this.#lookups
      .filter((cell) => cell.variant === 'rollcall' && fits(cell))
      .flatMap(({ rounds }) => rounds.map((round) => round[figure]));
  }

  #compared(figure, { node, connections }, peer) {
    const own = this.#hits({ variant: 'rollcall', node, connections });
    const other = this.#hits({ ...peer, connections });
    const of = (cell) => cell?.rounds.map((round) => round[figure]);
    return medianRatio(of(own), of(other));
  }

  #hits(wanted) {
    return this.#lookups.find(
      (cell) =>
        cell.question === 'hit' &&
        Object.entries(wanted).every(([name, value]) => cell[name] === value),
    );
  }
}

function medianRatio(values, others) {
  return values && others ? ratioOf(values, others).median : undefined;
}

function most(title, value, bar, stretch) {
  const verdict = verdictOnMeasured(value, { most: bar, stretch });
  return { title, value, bar: `≤ ${bar}`, stretch: `≤ ${stretch}`, verdict };
}

function least(title, value, bar, stretch) {
  const verdict = verdictOnMeasured(value, { least: bar, stretch });
  return { title, value, bar: `≥ ${bar}`, stretch: `≥ ${stretch}`, verdict };
}

/** A number of every round, but for the few commands that renew the roll or that a measurement cuts in two. */
function exactly(title, rounds, bar) {
  const offBy = (value) => Math.abs(value - bar);
  const [value] = [...rounds].sort((one, other) => offBy(other) - offBy(one));
  const off = value === undefined ? undefined : offBy(value);
  const verdict = verdictOnMeasured(off, { most: 0.01, allowance: 0 });
  return { title, value, bar: String(bar), stretch: '', verdict };
}

function verdictOnMeasured(value, bar) {
  return value === undefined ? 'unmeasured' : verdictOn(value, bar);
}

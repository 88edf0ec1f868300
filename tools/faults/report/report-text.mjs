import { BARS } from '../bars.mjs';
import { answersIn } from '../history/queries.mjs';
import { problemsOf, reproduction, round } from './outcome-text.mjs';

/** The report of a run, in Markdown. */
export function reportText(results, { seed, reconcilers }) {
  const failed = results.filter(({ passed }) => !passed).length;
  return [
    '# Faults',
    '',
    `Seed ${seed}; ${reconcilers ? 'two reconcilers' : 'no reconciler'}; ${results.length - failed} passed, ${failed} fell short.`,
    '',
    '| Fault | | Measured | Value | Bar | Wrong answers | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.flatMap(rowsOf),
    '',
    ...results.flatMap(sectionOf),
  ].join('\n');
}

function rowsOf(result) {
  const { fault, measures, passed, verdict } = result;
  const wrong = verdict ? verdict.violations.length : '?';
  const end = `${wrong} | ${passed ? 'pass' : '**falls short**'} |`;
  if (measures.length === 0) return [`| ${fault.id} | ${fault.title} | | | | ${end}`];
  return measures.map((measure, index) => {
    const { what, unit } = BARS[measure.bar];
    const figures = `${what} | ${round(measure.value)} ${unit}${measure.met ? '' : ' ✗'} | ${limitOf(measure)}`;
    return index === 0
      ? `| ${fault.id} | ${fault.title} | ${figures} | ${end}`
      : `| | | ${figures} | | |`;
  });
}

function limitOf({ bar, most, least }) {
  const { unit, formula } = BARS[bar];
  const limit = most === undefined ? `≥ ${least}` : `≤ ${most}`;
  return formula === String(most) ? `${limit} ${unit}` : `${limit} ${unit} (${formula})`;
}

function sectionOf(result) {
  const { fault, name, records, verdict, tookMs } = result;
  const lookups = records.filter(({ type }) => type === 'lookup');
  const answers = Object.entries(answersIn(lookups)).map(
    ([answer, count]) => `${count} × ${answer}`,
  );
  return [
    `## ${fault.id}: ${fault.title}`,
    '',
    `![What happened when](${name}.svg)`,
    '',
    `${Math.round(tookMs / 1000)} s, ${lookups.length} lookups: ${answers.join(', ')}. ` +
      `${verdict?.excused ?? 0} excused by a machine that let nobody run. History: [${name}.jsonl](${name}.jsonl). ` +
      `Again: \`${reproduction(result)}\`.`,
    '',
    ...problemsOf(result).map((problem) => `- ${problem.split('\n').join('\n  ')}`),
    '',
  ];
}

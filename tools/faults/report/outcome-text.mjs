import { BARS } from '../bars.mjs';

const SHOWN_MAX = 6;

/** What one fault came to, for the terminal. */
export function outcomeLines(result) {
  const { fault, passed, tookMs } = result;
  return [
    `${passed ? 'passed' : 'FAILED'}  ${fault.id.padEnd(5)} ${fault.title} (${Math.round(tookMs / 1000)} s)`,
    ...result.measures.map((measure) => `        ${measureText(measure)}`),
    ...problemsOf(result).map((problem) => `        ! ${problem}`),
    ...(passed
      ? []
      : [`        again: ${reproduction(result)}`, `        history: ${result.history}`]),
  ];
}

/** One figure beside its bar. */
export function measureText({ bar, value, most, least, met }) {
  const { what, unit, formula } = BARS[bar];
  const limit = most === undefined ? `at least ${least}` : `at most ${most}`;
  return `${met ? 'met' : 'FELL SHORT'}: ${round(value)} ${unit}, ${limit} (${formula}): ${what}`;
}

/** Why a fault did not pass, besides its figures. */
export function problemsOf({ error, verdict, measures, records }) {
  if (error) return [error.stack ?? error.message];
  const { violations, refusals, disturbances } = verdict;
  const shown = violations.slice(0, SHOWN_MAX);
  const more = violations.length - shown.length;
  return [
    ...refusals.map((refusal) => `proves nothing: ${refusal}`),
    ...shown.map(({ invariant, sentence, at }) => `${invariant} at ${seconds(at)}: ${sentence}`),
    ...disturbances.map((disturbance) => `the machine was too busy: ${disturbance}`),
    ...(more > 0 ? [`and ${more} more violations`] : []),
    ...records.filter(({ type }) => type === 'story').map(({ text }) => text),
    ...(measures.length === 0 ? ['nothing was measured'] : []),
  ];
}

/** The command that makes the same choices again. */
export function reproduction({ fault, seed, reconcilers }) {
  const flag = reconcilers ? '' : ' --without-reconcilers';
  return `npm run test:faults -- ${fault.id} --seed ${seed}${flag}`;
}

export const seconds = (ms) => `${((Array.isArray(ms) ? ms[0] : ms) / 1000).toFixed(2)} s`;

export const round = (value) => Math.round(value * 10) / 10;

import { checkHistory } from './checker/check-history.mjs';
import { Context } from './context.mjs';
import { DEFAULT_PROFILE, SCALED_PROFILE } from './profile.mjs';

const PROFILES = { default: DEFAULT_PROFILE, scaled: SCALED_PROFILE };

/** A machine that let a process wait has spoilt the history: so many tries, with the same choices. */
const TRIES_MAX = 3;

/** Makes one fault and judges its history; again if the machine disturbed it. `stopping` ends it early. */
export async function runFault(fault, options) {
  const disturbed = [];
  for (;;) {
    const result = await tryFault(fault, options);
    if (!result.verdict?.disturbances.length || result.passed) return { ...result, disturbed };
    if (disturbed.length + 1 === TRIES_MAX) return { ...result, disturbed };
    disturbed.push(result.verdict.disturbances[0]);
    console.log(
      `        ${fault.id} again, the machine was too busy: ${result.verdict.disturbances[0]}`,
    );
  }
}

async function tryFault(fault, { seed, reconcilers, older, stopping }) {
  const context = new Context({
    ...{ fault, seed, reconcilers, older },
    profile: PROFILES[fault.profile ?? 'scaled'],
  });
  const startedAt = Date.now();
  let error;
  try {
    await Promise.race([fault.run(context), stopping]);
  } catch (cause) {
    error = cause;
  } finally {
    await context.stop().catch((cause) => (error ??= cause));
  }
  return { ...judged(context, error), fault, seed, reconcilers, tookMs: Date.now() - startedAt };
}

function judged(context, error) {
  const { records, recorder } = context;
  const measures = records.filter(({ type }) => type === 'measure');
  if (error) return { recorder, records, measures, error, passed: false };
  const verdict = checkHistory(records);
  const passed =
    verdict.violations.length === 0 &&
    verdict.refusals.length === 0 &&
    !verdict.disturbances.some(isPause) &&
    measures.length > 0 &&
    measures.every(({ met }) => met);
  return { recorder, records, measures, verdict, passed };
}

/** Lookups that paused prove nothing, whatever they say; other disturbances only explain a failure. */
const isPause = (disturbance) => disturbance.includes('was looked up for');

import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { lineCharts } from '../../plots/line-chart.mjs';
import { median } from '../measure/statistics.mjs';
import { shown } from '../report/report-text.mjs';
import { SweptRoll } from '../swept-roll.mjs';

const SWEEPS_PER_ROUND = 200;
const SWEEP_EVERY_MS = 250;
const AFTER_JUDGED_MS = 1_000;

/** A sweep with nothing due and the survey beside it, as a reconciler makes them, on a small roll and on a large one. */
export default async function sweep(run, { sessions: sizes, rounds }) {
  const rolls = [];
  try {
    for (const sessions of sizes) {
      const roll = await SweptRoll.start(sessions);
      rolls.push(roll);
      await run.step('filling', undefined, async (tell) => {
        await roll.fill(
          (hosts) => tell(`${shown(hosts)} of ${shown(roll.hosts)} hosts`),
          run.signal,
        );
        return { told: `${shown(roll.hosts)} hosts with ${shown(sessions)} sessions` };
      });
    }
    await becomeJudged(run, rolls);
    report(run, sizes, await measureInTurn(run, rolls, rounds));
  } finally {
    await Promise.all(rolls.map((roll) => roll.close()));
  }
}

/** Until a roll was written for long enough, a sweep strikes nobody off, whoever is due. */
function becomeJudged(run, rolls) {
  return run.step('settling', undefined, async () => {
    const { judgedAfterMs } = leasePolicy(DEFAULT_TIMINGS);
    const until = performance.now() + judgedAfterMs + AFTER_JUDGED_MS;
    let swept;
    while (performance.now() < until) {
      swept = await Promise.all(rolls.map((roll) => roll.sweepOnce()));
      await run.pass(SWEEP_EVERY_MS);
    }
    if (!swept.every(({ judged }) => judged)) throw new Error('a roll did not become judged');
    return { told: 'both rolls are judged' };
  });
}

/** Resolves to what was measured of each roll, round by round. */
async function measureInTurn(run, rolls, rounds) {
  const measured = rolls.map(() => []);
  await run.step('measuring', undefined, async (tell) => {
    for (let round = 1; round <= rounds; round += 1) {
      tell(`round ${round} of ${rounds}`);
      for (const [index, roll] of rolls.entries()) {
        run.signal.throwIfAborted();
        measured[index].push(await roll.measure(SWEEPS_PER_ROUND));
      }
    }
    return { told: `${rounds} rounds of ${SWEEPS_PER_ROUND} sweeps` };
  });
  return measured;
}

function report(run, sizes, measured) {
  const middle = (field) => measured.map((rounds) => median(rounds.map((round) => round[field])));
  const spread = (field) => measured.map((rounds) => spreadOf(rounds.map((round) => round[field])));
  const ratio = ([small, large]) => large / small;
  const sessions = sizes.at(-1);
  const of = `${shown(sessions)} sessions ÷ ${shown(sizes[0])}`;
  run.figure('sweep, Redis', ratio(middle('redisUs')), { sessions }, of);
  run.figure('sweep, wall', ratio(middle('wallMs')), { sessions }, of);
  const columns = ['', ...sizes.map((size) => `${shown(size)} sessions`)];
  run.table(
    `A sweep and a survey with nothing due: medians of ${measured[0].length} rounds`,
    columns,
    [
      ['scripts', ...middle('scripts')],
      ['time of Redis in them, µs', ...middle('redisUs')],
      ['… least to most', ...spread('redisUs')],
      ['CPU of Redis, all included, µs', ...middle('cpuUs')],
      ['duration, ms', ...middle('wallMs')],
      ['… least to most', ...spread('wallMs')],
    ],
  );
  run.picture(
    'sweep',
    'A sweep with nothing due, round by round',
    pictureOf(columns.slice(1), measured),
  );
}

function pictureOf(names, measured) {
  const panel = (title, unit, field) => ({
    title,
    unit,
    series: names.map((name, index) => ({
      name,
      points: measured[index].map((round, number) => [number + 1, round[field]]),
    })),
  });
  return lineCharts({
    heading: 'A sweep with nothing due, round by round',
    xLabel: 'round',
    panels: [panel('time of Redis', 'µs', 'redisUs'), panel('duration', 'ms', 'wallMs')],
  });
}

const spreadOf = (values) => `${shown(Math.min(...values))} – ${shown(Math.max(...values))}`;

import { setTimeout as delay } from 'node:timers/promises';
import { longestPause } from '../checker/proof.mjs';
import { momentOfWallClock } from './moment.mjs';

const LOOK_EVERY_MS = 200;
const LAST_SWEEP = 'rollcall_last_finished_sweep_timestamp_seconds';

/** Notes from now on when sweeps end, by the reconcilers’ own word; what it returns ends that, and measures. */
export function watchSweeps(context) {
  const { site } = context;
  const from = context.now();
  const ends = new Set();
  let watching = true;
  const look = async () => {
    while (watching && site.reconcilers.some(({ isRunning }) => isRunning)) {
      for (const reconciler of site.reconcilers)
        ends.add(await reconciler.metric(LAST_SWEEP).catch(() => 0));
      await delay(LOOK_EVERY_MS);
    }
  };
  const looked = look();
  return async function measureSweepsPause() {
    watching = false;
    await looked;
    if (!context.hasReconcilers) return;
    const at = [...ends].map((seconds) => momentOf(context, seconds)).filter((end) => end > from);
    const pause = longestPause([from, ...at.sort((one, other) => one - other), context.now()]);
    context.measure('sweeps pause', pause.ms, { from: pause.at, to: pause.at + pause.ms });
  };
}

const momentOf = ({ recorder }, seconds) => recorder.since(momentOfWallClock(seconds * 1_000));

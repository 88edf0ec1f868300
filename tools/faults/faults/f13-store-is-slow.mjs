import { setTimeout as delay } from 'node:timers/promises';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { isFound, isNotFound, lookupsOf, lookupsOfKind, percentile } from '../history/queries.mjs';
import { startBehindProxy } from '../site/tcp-proxy.mjs';

const LATE_MS = 200;
const SLOW_FOR_MS = 6_000;
const LOOK_EVERY_MS = 200;
/** Ids whose absence takes two reads: nothing is there under them. */
const TWO_READS = ['gpu-99~nobody', 'nobody'];

export default {
  id: 'F13',
  title: 'Redis answers 200 ms late',
  core: false,
  bars: [
    'not answered while live',
    'F13 misses',
    'F13 p99',
    'F13 queue',
    'not found while live',
    'servers lost',
  ],
  async run(context) {
    const topology = await startBehindProxy();
    await context.arrange({ hosts: 3, store: { topology } });
    const most = mostUnderWay(context.site.resolvers[0]);
    await context.fault('Redis is 200 ms late', {
      effect: { kind: 'store', state: 'slow' },
      act: () => topology.proxy.delay(LATE_MS),
      proof: () => takesLonger(context, LATE_MS),
    });
    const [, slowFrom] = lastStep(context);
    await context.pass(SLOW_FOR_MS);
    await context.heal('Redis answers at once', {
      effect: { kind: 'store', state: 'up' },
      act: () => topology.proxy.delay(0),
    });
    const [slowTo] = lastStep(context);
    const underWay = await most.end();
    const records = await context.conclude();

    const slow = { from: slowFrom, to: slowTo };
    const hits = lookupsOfKind(records, ['live', 'bare'], slow).filter(
      (lookup) => !isFound(lookup),
    );
    context.measure('not answered while live', hits.length, slow);
    context.measure('F13 misses', lookupsOf(records, TWO_READS, slow).filter(isNotFound).length);
    const durations = lookupsOf(records, undefined, slow).map(({ start, end }) => end - start);
    context.measure('F13 p99', percentile(durations, 0.99));
    context.measure('F13 queue', underWay);
    measureNobodyLost(context, slowFrom);
  },
};

async function takesLonger({ site }, ms) {
  const startedAt = performance.now();
  await site.lookup('gpu-1~cad-1');
  return performance.now() - startedAt > ms;
}

/** Looks again and again how many lookups are under way; `end` resolves to the most. */
function mostUnderWay(resolver) {
  let ended = false;
  let most = 0;
  const looking = (async () => {
    while (!ended) {
      most = Math.max(most, await resolver.metric('rollcall_lookups_in_flight').catch(() => 0));
      await delay(LOOK_EVERY_MS);
    }
    return most;
  })();
  return { end: () => ((ended = true), looking) };
}

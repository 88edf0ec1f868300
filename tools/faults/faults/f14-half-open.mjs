import {
  lastStep,
  measureFoundAgain,
  measureLate,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import { tryPort } from '../site/dcv-port.mjs';
import { startBehindProxy } from '../site/tcp-proxy.mjs';

const IN_USE_WITHIN_MS = 2_000;
const AWAY_MS = 4_000;
const BARS = ['not found while live', 'servers lost', 'answered late', 'F14 reconnected'];

async function conclude(context, goneAt, backAt) {
  await context.conclude();
  measureNobodyLost(context, goneAt);
  measureLate(context);
  measureFoundAgain(context, 'F14 reconnected', backAt);
}

export default [
  {
    id: 'F14a',
    title: 'a resolver’s packets to Redis are dropped: half-open connections',
    core: true,
    bars: BARS,
    async run(context) {
      await context.arrange({ hosts: 3 });
      const { network, resolvers, redis } = context.site;
      const [{ name: resolver, road }] = resolvers;
      const effect = { kind: 'road', resolver };
      await context.fault(`packets between ${resolver} and Redis are dropped`, {
        effect: { ...effect, state: 'cut' },
        act: () => network.drop(road),
        proof: async () => (await tryPort(road, redis.port)) === 'silent',
      });
      const [goneAt] = lastStep(context);
      await context.pass(AWAY_MS);
      await context.heal('they pass again', {
        effect: { ...effect, state: 'up', inUseWithin: IN_USE_WITHIN_MS },
        act: () => network.heal(road),
        proof: async () => (await tryPort(road, redis.port)) === 'open',
      });
      const [, backAt] = lastStep(context);
      await conclude(context, goneAt, backAt);
    },
  },
  {
    id: 'F14b',
    title: 'a proxy before Redis stops reading: half-open connections of everybody',
    core: false,
    bars: BARS,
    async run(context) {
      const topology = await startBehindProxy();
      await context.arrange({ hosts: 3, store: { topology } });
      const isStuck = () => context.site.lookup('gpu-1~cad-1').then(({ status }) => status === 503);
      await context.fault('the proxy stops reading', {
        effect: { kind: 'store', state: 'hung' },
        act: () => topology.proxy.stopReading(),
        proof: isStuck,
      });
      const [goneAt] = lastStep(context);
      await context.pass(AWAY_MS);
      await context.heal('it reads again', {
        effect: { kind: 'store', state: 'up', inUseWithin: IN_USE_WITHIN_MS },
        act: () => topology.proxy.stopReading(false),
      });
      const [, backAt] = lastStep(context);
      await conclude(context, goneAt, backAt);
    },
  },
];

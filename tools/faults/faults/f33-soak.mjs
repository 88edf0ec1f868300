import { agentDies, agentReturns, hostDies, hostReturns } from '../actions/hosts.mjs';
import { storeGoesOn, storeHangs } from '../actions/store.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { growthOf, startSampling } from '../history/soak-samples.mjs';

/** Half of it and more is after the warm-up: caches fill, code is compiled. */
const WARM_UP_MS = 180_000;
const SOAK_MS = 720_000;
const SAMPLE_EVERY_MS = 2_000;
const PAUSE_MS = [8_000, 16_000];
/** A soak has many lookups. */
const EVERY_MS = 40;

/** What happens on a working day, again and again. */
const INCIDENTS = [
  async (context, host) => {
    await agentDies(context, host);
    await context.pass(context.profile.lease);
    await agentReturns(context, host);
  },
  async (context, host) => {
    await hostDies(context, host);
    await context.pass(2 * context.profile.lease);
    await hostReturns(context, host);
  },
  async (context) => {
    await storeHangs(context);
    await context.pass(context.profile.lease);
    await storeGoesOn(context);
  },
];

async function haveIncidents(context, hosts, until) {
  while (context.now() < until) {
    await context.random.pick(INCIDENTS)(context, context.random.pick(hosts));
    await context.pass(context.random.between(...PAUSE_MS));
  }
}

export default {
  id: 'F33',
  title: 'a soak of 12 minutes: hosts die, the store hangs, again and again',
  core: false,
  bars: ['F33 heap', 'F33 handles', 'F33 memory', 'F33 keys'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 4, resolvers: 2, everyMs: EVERY_MS });
    const from = context.now();
    const [spared, ...others] = hosts;
    const apps = [...context.site.resolvers, ...context.site.reconcilers, spared.agent];
    const stopSampling = startSampling(context, apps, SAMPLE_EVERY_MS);
    context.atEnd(stopSampling);
    await haveIncidents(context, others, from + SOAK_MS);
    stopSampling();
    const [, endedAt] = lastStep(context);
    const records = await context.conclude();

    const warm = from + WARM_UP_MS;
    const worst = (what) =>
      Math.max(...apps.map(({ name }) => growthOf(records, name, what, warm)));
    const span = { from: warm, to: endedAt };
    context.measure('F33 heap', worst('heap'), span);
    context.measure('F33 handles', worst('handles'), span);
    context.measure('F33 memory', growthOf(records, 'redis', 'memory', warm), span);
    context.measure('F33 keys', growthOf(records, 'redis', 'keys', warm), span);
  },
};

import { agentDies, agentReturns, hostDies, hostReturns } from '../actions/hosts.mjs';
import { storeGoesOn, storeHangs } from '../actions/store.mjs';
import { provenGrowth } from '../history/growth.mjs';
import { lastStep } from '../history/outage-figures.mjs';

/** Half of it and more is after the warm-up: caches fill, code is compiled. */
const WARM_UP_MS = 180_000;
const SOAK_MS = 720_000;
const SAMPLE_EVERY_MS = 2_000;
const PAUSE_MS = [8_000, 16_000];
/** A soak has many lookups. */
const EVERY_MS = 40;

const HEAP = 'nodejs_heap_size_used_bytes';
const HANDLES = ['process_open_fds', 'nodejs_active_resources_total'];

/** What a process has at this moment; nothing while it is not there. */
async function sampleApp(context, app) {
  const page = await app.metrics().catch(() => undefined);
  if (!page) return;
  const { recorder } = context;
  const handles = HANDLES.reduce((sum, name) => sum + page.sum(name), 0);
  recorder.record('sample', { at: recorder.now(), of: app.name, heap: page.sum(HEAP), handles });
}

/** The streams are capped, and fill up to that by design. */
async function sampleRedis({ client, site, recorder }) {
  const info = await client.info('memory').catch(() => undefined);
  if (!info) return;
  const used = Number(/used_memory_dataset:(\d+)/.exec(info)[1]);
  const streams = [site.keys.events, `${site.keys.jobs}:sweep:events`];
  const sizes = await Promise.all(streams.map((key) => client.memory('USAGE', key, 'SAMPLES', 0)));
  const memory = used - sizes.reduce((sum, size) => sum + (size ?? 0), 0);
  recorder.record('sample', {
    at: recorder.now(),
    of: 'redis',
    memory,
    keys: await client.dbsize(),
  });
}

function startSampling(context, apps) {
  const timer = setInterval(() => {
    for (const app of apps) void sampleApp(context, app);
    void sampleRedis(context).catch(() => undefined);
  }, SAMPLE_EVERY_MS);
  context.atEnd(() => clearInterval(timer));
  return () => clearInterval(timer);
}

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

const growthOf = (records, of, what, from) =>
  provenGrowth(
    records
      .filter((record) => record.type === 'sample' && record.of === of && record.at >= from)
      .map((record) => ({ at: record.at, value: record[what] })),
  );

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
    const stopSampling = startSampling(context, apps);
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

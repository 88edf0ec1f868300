import { provenGrowth } from './growth.mjs';

const HEAP = 'nodejs_heap_size_used_bytes';
const HANDLES = ['process_open_fds', 'nodejs_active_resources_total'];

/**
 * Records from now on, every so often, what these apps and the store hold: records `sample`. What it returns ends that.
 * `from` is what a context has: `client`, `recorder`, `site`.
 */
export function startSampling(from, apps, everyMs) {
  const timer = setInterval(() => {
    for (const app of apps) void sampleApp(from, app);
    void sampleRedis(from).catch(() => undefined);
  }, everyMs);
  return () => clearInterval(timer);
}

/** What a process has at this moment; nothing while it is not there. */
async function sampleApp({ recorder }, app) {
  const page = await app.metrics().catch(() => undefined);
  if (!page) return;
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

/** By how many percent a quantity of one of them has grown since a moment, as far as the samples prove it. */
export function growthOf(records, of, what, from) {
  return provenGrowth(
    records
      .filter((record) => record.type === 'sample' && record.of === of && record.at >= from)
      .map((record) => ({ at: record.at, value: record[what] })),
  );
}

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
const SWEPT_PATIENCE_MS = 15_000;
const up = (inUseWithin) => ({ kind: 'store', state: 'up', inUseWithin });

/** kill -9 of the server. */
export function storeDies(context) {
  const { redis } = context.site;
  return context.fault('Redis is killed', {
    effect: { kind: 'store', state: 'down' },
    act: () => redis.kill(),
    proof: async () => !(await answersPing(context)),
  });
}

/** The server is started again, with its data or without. */
export function storeReturns(context, { empty = false } = {}) {
  const { redis } = context.site;
  return context.heal(`Redis is back, ${empty ? 'empty' : 'with its data'}`, {
    effect: [...(empty ? [{ kind: 'store', state: 'emptied' }] : []), up()],
    act: () => redis.restart({ empty }),
    proof: async () => {
      await context.site.noteStoreProcesses();
      return answersPing(context);
    },
  });
}

/** SIGSTOP: connections stay open, and nothing answers. */
export function storeHangs(context) {
  return context.fault('Redis hangs', {
    effect: { kind: 'store', state: 'hung' },
    act: () => context.site.redis.pause(),
    proof: async () => !(await answersPing(context)),
  });
}

/** SIGCONT. */
export function storeGoesOn(context) {
  return context.heal('Redis goes on', {
    effect: up(),
    act: () => context.site.redis.resume(),
    proof: () => context.until('Redis answers', () => answersPing(context)).then(() => true),
  });
}

/** Whether a new connection to the store gets an answer. */
export async function answersPing({ site }) {
  const client = site.store.client({ commandTimeout: 300, retryStrategy: () => null });
  try {
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

/** Whether the server at the other end refuses writes, with this word for it. */
export const refusesWrites = (client, word) =>
  client.set('written', 'once', 'PX', 1_000).then(
    () => false,
    (error) => error.message.startsWith(word),
  );

/** Begins to look for the first sweep that ends after this moment; resolves to how long after, by the reconcilers’ own word. */
export async function untilSwept({ site }) {
  const since = Date.now();
  for (;;) {
    const ends = await Promise.all(
      site.reconcilers.map((one) =>
        one.metric('rollcall_last_finished_sweep_timestamp_seconds').catch(() => 0),
      ),
    );
    const first = Math.min(...ends.map((end) => end * 1_000).filter((end) => end > since));
    if (first < Infinity) return first - since;
    if (Date.now() - since > SWEPT_PATIENCE_MS) return Infinity;
    await delay(POLL_MS);
  }
}

/** The same for a sweep that a job started. */
export async function untilScheduled({ site }) {
  const since = Date.now();
  const before = await Promise.all(site.reconcilers.map(jobs));
  for (;;) {
    const now = await Promise.all(site.reconcilers.map(jobs));
    if (now.some((count, index) => count > before[index])) return Date.now() - since;
    if (Date.now() - since > SWEPT_PATIENCE_MS) return Infinity;
    await delay(POLL_MS);
  }
}

const jobs = (reconciler) =>
  reconciler
    .metric('rollcall_sweep_duration_seconds_count', { trigger: 'job', outcome: 'finished' })
    .catch(() => 0);

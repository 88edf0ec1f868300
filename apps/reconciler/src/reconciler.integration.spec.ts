import { sweep, type SessionStore } from '@rollcall/domain';
import { createLogger } from '@rollcall/observability';
import { openSessionStore } from '@rollcall/session-store';
import {
  aReport,
  publicId,
  serverId,
  startTestRedis,
  until,
  type TestRedis,
} from '@rollcall/testing';
import { ask, SCALED, ScaledRoll, scraped } from './testing/scaled-roll';

describe('reconcilers on a real Redis', () => {
  let redis: TestRedis;
  let roll: ScaledRoll;
  let beats: NodeJS.Timeout[];

  beforeEach(async () => {
    beats = [];
    redis = await startTestRedis();
    roll = new ScaledRoll(redis.url);
    await roll.ready();
  });

  afterEach(async () => {
    beats.forEach(clearInterval);
    await roll.stop();
    await redis.stop();
  });

  const lost = ({ type }: { type: string }) => type === 'server.lost';

  async function reportOnce(...servers: string[]): Promise<void> {
    await Promise.all(
      servers.map((server) => roll.store.report(aReport({ server, sessions: ['a', 'b', 'c'] }))),
    );
  }

  async function keepReporting(server: string): Promise<void> {
    let sequence = 0;
    const report = () => roll.store.report(aReport({ server, sequence: ++sequence, sessions: [] }));
    await report();
    beats.push(setInterval(() => void report().catch(() => undefined), SCALED.intervalMs));
  }

  /** Nobody has written for long: the roll is not settled, and these leases are over. */
  async function lapseUnattended(...servers: string[]): Promise<void> {
    await reportOnce(...servers);
    const lapsed = async () => (await roll.store.findLapsed(1)).total === servers.length;
    await until('every lease is over', lapsed, SCALED.leaseTtlMs + 1_000);
  }

  async function untilJudged(): Promise<void> {
    await until(
      'the roll is judged',
      async () => {
        await roll.store.renew();
        return (await roll.store.findLapsed(0)).judged;
      },
      SCALED.judgedAfterMs + 1_000,
    );
  }

  it('strike off whose lease is over and nobody else, and keep the books', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ app: 'reconciler', level: 'info' }, destination);
    const reconciler = await roll.startReconciler({ logger });
    await keepReporting('alive');
    await reportOnce('dead');
    const events = await roll.events(1, lost);
    expect(events.at(-1)).toMatchObject({
      fields: { server: 'dead', reason: 'lapsed', sessions: '3' },
    });

    const counted = async () =>
      (await scraped(reconciler, 'rollcall_evictions_total{reason="lapsed"}')) === 1;
    await until('the eviction is in the books', counted, 5_000);
    expect(await scraped(reconciler, 'rollcall_evicted_sessions_total{reason="lapsed"}')).toBe(3);
    expect(await scraped(reconciler, 'rollcall_lapses_total')).toBe(1);
    expect(await scraped(reconciler, 'rollcall_redis_up')).toBe(1);
    const { servers } = await roll.store.servers(0, 10);
    expect(servers.map(({ server }) => server)).toEqual(['alive']);
    expect((await ask(reconciler, '/health/ready')).status).toBe(200);
    const evictions = lines
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'a server is struck off');
    expect(evictions).toMatchObject([
      { server: 'dead', sessions: 3, reason: 'lapsed', boot: 1, sequence: 1 },
    ]);
  });

  it('evict nobody before the roll is judged', async () => {
    await lapseUnattended('gpu-1', 'gpu-2');
    const startedAt = performance.now();
    const reconciler = await roll.startReconciler();
    const unsettled = 'rollcall_spared_total{reason="unsettled"}';
    await until('sweeps spare', async () => (await scraped(reconciler, unsettled)) > 0, 3_000);
    expect((await roll.store.servers(0, 10)).servers).toHaveLength(2);
    await roll.events(2, lost);
    expect(performance.now() - startedAt).toBeGreaterThan(SCALED.judgedAfterMs);
  });

  it('evict each server once when two of them run', async () => {
    const servers = Array.from({ length: 80 }, (_, index) => `gpu-${index}`);
    // With the usual threshold so many would be protected, and not evicted at all.
    const belief = { protectionThreshold: 1 };
    const both = [await roll.startReconciler({ belief }), await roll.startReconciler({ belief })];
    await keepReporting('alive');
    await reportOnce(...servers);
    await roll.events(servers.length, lost);
    const booked = async () => {
      const counts = await Promise.all(
        both.map((each) => scraped(each, 'rollcall_evictions_total{reason="lapsed"}')),
      );
      return counts.reduce((sum, count) => sum + count) === servers.length;
    };
    await until('each eviction is booked by one of them', booked);
    await roll.store.report(aReport({ server: 'the-last', sessions: [] }));
    const events = await roll.events(1, ({ fields }) => fields['server'] === 'the-last');
    expect(
      events
        .filter(lost)
        .map(({ fields }) => fields['server'])
        .sort(),
    ).toEqual([...servers].sort());
    expect(events.filter(({ type }) => type === 'session.evicted')).toHaveLength(
      3 * servers.length,
    );
  });

  it('evict each server once when several sweeps run at the very same time', async () => {
    const servers = Array.from({ length: 60 }, (_, index) => `gpu-${index}`);
    await lapseUnattended(...servers);
    await untilJudged();
    const open = () => openSessionStore({ redis: roll.redis, policy: SCALED, role: 'sweep' });
    const stores = [open(), open(), open(), open()];
    await Promise.all(stores.map(({ ready }) => ready(5_000)));
    const results = await Promise.all(stores.map(({ store }) => sweep(store)));
    expect(results.reduce((sum, { evicted }) => sum + evicted, 0)).toBe(servers.length);
    const events = await roll.events(servers.length, lost);
    expect(events.filter(({ type }) => type === 'session.evicted')).toHaveLength(
      3 * servers.length,
    );
    await Promise.all(stores.map(({ close }) => close()));
  });

  it('let a report win that arrives between check and eviction', async () => {
    await lapseUnattended('gpu-1');
    await untilJudged();
    const { store } = roll;
    const late: SessionStore = Object.assign(Object.create(store) as SessionStore, {
      evict: async (server: Parameters<SessionStore['evict']>[0]) => {
        await store.report(aReport({ sequence: 2 }));
        return store.evict(server);
      },
    });
    expect(await sweep(late)).toMatchObject({ lapsed: 1, evicted: 0, spared: 1 });
    const id = publicId('gpu-1~console');
    expect(await store.lookup(id)).toMatchObject({
      kind: 'answer',
      destination: { server: serverId('gpu-1') },
    });
  });

  it('stop in an orderly way, and leave nothing of theirs in the consumer group', async () => {
    const reconciler = await roll.startReconciler();
    const client = redis.client();
    const joined = async () => (await client.xinfo('GROUPS', roll.keys.events)) as unknown[];
    await until('it reads events', async () => (await joined()).length === 1, 5_000);
    const startedAt = performance.now();
    await reconciler.stop();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await client.xinfo('CONSUMERS', roll.keys.events, 'reconciler')).toEqual([]);
    await expect(ask(reconciler, '/health/live')).rejects.toThrow();
  });

  it('show the jobs on a board that changes nothing, when told to', async () => {
    const [shown, hidden] = [
      await roll.startReconciler({ board: true }),
      await roll.startReconciler(),
    ];
    expect((await ask(hidden, '/board')).status).toBe(404);
    expect((await ask(shown, '/board')).text).toContain('Bull Dashboard');
    const jobs = () => ask(shown, '/board/api/queues');
    await until(
      'a finished sweep is shown',
      async () => /"completed":[1-9]/.test((await jobs()).text),
      5_000,
    );
    const { opsPort } = shown;
    const pause = await fetch(`http://127.0.0.1:${opsPort}/board/api/queues/sweep/pause`, {
      method: 'PUT',
    });
    expect(pause.status).toBeGreaterThanOrEqual(400);
    expect((await jobs()).text).toContain('"isPaused":false');
  });
});

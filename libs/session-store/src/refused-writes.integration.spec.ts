import { DEFAULT_TIMINGS, leasePolicy, StoreUnavailableError } from '@rollcall/domain';
import {
  aReport,
  localId,
  publicId,
  serverId,
  startTestRedis,
  type TestRedis,
} from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { openSessionStore } from './open-session-store';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);

const keys = rollKeys({ keyPrefix: 'rollcall', roll: 'main' });
const cad = localId('cad');
const held = [keys.answer(serverId('gpu-1')), keys.bare(cad)];

describe('a store that answers but refuses writes', () => {
  let server: TestRedis;
  let operator: Redis;
  let store: RedisSessionStore;

  beforeEach(async () => {
    server = await startTestRedis();
    operator = server.client();
    store = new RedisSessionStore(server.client(), { keyPrefix: 'rollcall', roll: 'main' }, POLICY);
    await store.report(aReport({ server: 'gpu-1', sequence: 1, sessions: ['cad'] }));
  });
  afterEach(() => server.stop());

  it('says "full" to a new session when memory is full, and applies nothing of its report', async () => {
    await fillUp();
    const before = await state();
    const report = aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad', 'new'] });
    await expect(store.report(report)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      failure: 'full',
    });
    expect(await state()).toEqual(before);
    expect(await store.lookup(publicId('gpu-1~new'))).toEqual({ kind: 'not-listed' });
  });

  it('still renews what is there when memory is full', async () => {
    await fillUp();
    expect(
      await store.report(aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad'] })),
    ).toEqual({ kind: 'applied' });
    await expect(store.renew()).resolves.toEqual({ settled: false });
    await store.sweepFinished();
    expect(await store.sinceLastSweepMs()).toBeLessThan(5_000);
    expect(await store.lookup(publicId('gpu-1~cad'))).toMatchObject({ kind: 'answer' });
  });

  it('keeps who was last known alive, too, however long memory stays full', async () => {
    await backdateLastRefresh();
    await fillUp();
    const before = await operator.pttl(keys.known(cad));
    expect(
      await store.report(aReport({ server: 'gpu-1', boot: 2, sequence: 2, sessions: ['cad'] })),
    ).toEqual({ kind: 'applied' });
    expect(await operator.pttl(keys.known(cad))).toBeGreaterThan(before + 60_000);
  });

  it('I1: keeps the sessions of a host that opens one more when memory is full, over and over and from a new boot', async () => {
    const changed = (boot: number, sequence: number) =>
      aReport({
        server: 'gpu-1',
        boot,
        sequence,
        sessions: ['cad', 'new'],
        endpoint: { host: '10.0.0.7' },
      });
    await backdateLastRefresh();
    await fillUp();
    const restarted = new RedisSessionStore(
      server.client(),
      { keyPrefix: 'rollcall', roll: 'main' },
      POLICY,
    );
    for (const [reporter, report] of [
      [store, changed(2, 2)],
      [store, changed(2, 3)],
      [restarted, changed(3, 1)],
    ] as const) {
      for (const key of held) await operator.pexpire(key, 1_000);
      await expect(reporter.report(report)).rejects.toMatchObject({ failure: 'full' });
      for (const key of held)
        expect(await operator.pttl(key)).toBeGreaterThan(POLICY.leaseTtlMs - 1_000);
    }
    expect((await store.servers(0, 10)).servers).toMatchObject([
      { boot: 3, sequence: 1, sessions: ['cad'] },
    ]);
    await operator.config('SET', 'maxmemory', '0');
    await restarted.report(changed(3, 2));
    expect(await store.lookup(publicId('new'))).toMatchObject({
      destination: { endpoint: { host: '10.0.0.7' } },
    });
  });

  it('I1: keeps a provisional claim, and the last of a contest, that a full memory leaves no room to make sure', async () => {
    const last = aReport({ server: 'gpu-2', sequence: 1, sessions: ['shared'] });
    await store.report(last);
    await store.report(aReport({ server: 'gpu-3', sequence: 1, sessions: ['shared'] }));
    await store.report(aReport({ server: 'gpu-3', sequence: 2, sessions: [] }));
    await wasWrittenUntil(0);
    await store.renew();
    await fillUp();
    for (const [report, id] of [
      [aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad'] }), 'cad'],
      [{ ...last, sequence: 2 }, 'shared'],
    ] as const) {
      await operator.pexpire(keys.bare(localId(id)), 1_000);
      await expect(store.report(report)).rejects.toMatchObject({ failure: 'full' });
      const leftMs = await operator.pttl(keys.bare(localId(id)));
      expect(leftMs).toBeGreaterThan(POLICY.leaseTtlMs - 1_000);
      expect(await store.lookup(publicId(id))).toMatchObject({ kind: 'provisional', heard: true });
    }
  });

  describe('a renewer that could not write', () => {
    const SHORT_MS = POLICY.gapMs * 0.4;
    const LONG_MS = POLICY.gapMs * 0.6;
    let other: RedisSessionStore;

    beforeEach(async () => {
      other = new RedisSessionStore(
        server.client(),
        { keyPrefix: 'rollcall', roll: 'main' },
        POLICY,
      );
      await operator.config('SET', 'min-replicas-to-write', '1');
      await expect(store.renew()).rejects.toMatchObject({ failure: 'refused' });
      await operator.config('SET', 'min-replicas-to-write', '0');
    });

    it('I1: has the roll settle anew after a pause of everybody, from when it was written again', async () => {
      await wasWrittenUntil(LONG_MS);
      expect(await other.renew()).toEqual({ settled: true });
      const resumedAt = (await pulse()).at(-1);
      expect(await store.renew()).toEqual({ settled: false });
      expect((await pulse())[0]).toBe(resumedAt);
      expect(await store.findLapsed(1)).toMatchObject({ settled: false });
    });

    it('I1: does so as well when it is the first to write again', async () => {
      await wasWrittenUntil(LONG_MS);
      expect(await store.renew()).toEqual({ settled: false });
    });

    it('I5: does so once, however many say it', async () => {
      await wasWrittenUntil(LONG_MS);
      await store.renew();
      const [begunAt] = await pulse();
      await operator.config('SET', 'min-replicas-to-write', '1');
      await other.renew().catch(() => undefined);
      await operator.config('SET', 'min-replicas-to-write', '0');
      await other.renew();
      expect((await pulse())[0]).toBe(begunAt);
    });

    it('changes nothing while others wrote the roll, nor after a pause in which nobody was refused', async () => {
      await wasWrittenUntil(SHORT_MS);
      expect(await store.renew()).toEqual({ settled: true });
      await wasWrittenUntil(LONG_MS);
      expect(await store.renew()).toEqual({ settled: true });
      expect(await other.renew()).toEqual({ settled: true });
    });
  });

  it('says "refused" to every write without enough replicas, while lookups go on', async () => {
    await operator.config('SET', 'min-replicas-to-write', '1');
    for (const write of [
      () => store.report(aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad'] })),
      () => store.report(aReport({ server: 'gpu-1', sequence: 2, sessions: [] })),
      () => store.renew(),
      () => store.sweepFinished(),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        failure: 'refused',
      });
    }
    expect(await store.lookup(publicId('gpu-1~cad'))).toMatchObject({ kind: 'answer' });
  });

  it('is "unreachable" once it is killed, at once and without waiting for a time-out', async () => {
    const config = { url: server.url, keyPrefix: 'rollcall', roll: 'main' };
    const opened = openSessionStore({ redis: config, policy: POLICY, role: 'resolve' });
    await opened.ready(2_000);
    await server.kill();
    await expect(opened.store.lookup(publicId('cad'))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    await expect(opened.store.lookup(publicId('cad'))).rejects.toMatchObject({
      failure: 'unreachable',
    });
    await opened.close();
  });

  async function time(): Promise<number> {
    const [seconds, microseconds] = await operator.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** `since`, `last`, and after a pause `resumed`. */
  async function pulse(): Promise<string[]> {
    return ((await operator.get(keys.pulse)) ?? '').split(':');
  }

  /** As if the roll had been written for ten minutes, and last so long ago. */
  async function wasWrittenUntil(agoMs: number): Promise<void> {
    const now = await time();
    await operator.set(keys.pulse, `${now - 600_000}:${now - agoMs}`);
  }

  /** As if the known owner had last been refreshed a fifth of the retention ago, on a roll settled since. */
  async function backdateLastRefresh(): Promise<void> {
    const now = await time();
    await wasWrittenUntil(0);
    await store.report(aReport({ server: 'gpu-1', boot: 2, sequence: 1, sessions: ['cad'] }));
    const ago = POLICY.retentionMs / 5;
    await operator.setrange(
      keys.record(serverId('gpu-1')),
      38,
      String(now - ago).padStart(13, '0'),
    );
    await operator.pexpire(keys.known(cad), POLICY.retentionMs - ago);
  }

  async function fillUp(): Promise<void> {
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    await operator.config('SET', 'maxmemory', '1mb');
  }

  async function state(): Promise<unknown> {
    const events = await operator.xlen(keys.events);
    return [
      (await operator.keys('*')).sort(),
      events,
      await operator.get(keys.answer(serverId('gpu-1'))),
    ];
  }
});

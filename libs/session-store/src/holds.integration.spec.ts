import {
  DEFAULT_TIMINGS,
  leasePolicy,
  type Release,
  type ServerId,
  type ServerRecord,
} from '@rollcall/domain';
import { aReport, publicId, serverId, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const KEYS = rollKeys(ROLL);
const [GPU_1, GPU_2] = [serverId('gpu-1'), serverId('gpu-2')] as const;
const HOLD_MAX_MS = 1_800_000;
const VERDICT_MS = 15_000;
const PROBED = {
  cause: 'probe',
  by: 'reconciler-1',
  verdictTtlMs: VERDICT_MS,
  holdMaxMs: HOLD_MAX_MS,
} as const;
const CONFIRMED: Release = { reason: 'dead', by: 'reconciler-1', confirmed: true };
/** As long as the lease of the last report. */
const SILENT_MS = 20_000;

describe('holds in Redis', () => {
  let server: TestRedis;
  let operator: Redis;
  let store: RedisSessionStore;

  beforeAll(async () => {
    server = await startTestRedis();
    operator = server.client();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await operator.config('SET', 'maxmemory', '0');
    await operator.flushall();
    const [seconds] = await operator.time();
    await operator.set(KEYS.pulse, `${(Number(seconds) - 60) * 1000}:${Number(seconds) * 1000}`);
    store = new RedisSessionStore(server.client(), ROLL, POLICY);
    await store.report(aReport({ sessions: ['console', 'cad'] }));
  });

  it('and releases and protections also work while memory is full', async () => {
    await fallSilent(GPU_1);
    await fillUp();
    expect(await hold(GPU_1)).toMatchObject({ kind: 'held' });
    const on = { to: 'on', late: 3, servers: 4, holdMaxMs: HOLD_MAX_MS } as const;
    expect(await store.changeProtection('', 0, on)).toBe(true);
    expect(await store.survey(1)).toMatchObject({ lateTotal: 1, protections: [{ zone: '' }] });

    expect(await store.release(await recordOf(GPU_1), CONFIRMED)).toMatchObject({
      kind: 'evicted',
    });
  });

  it('I1: begin once every live agent was heard, before the roll has settled', async () => {
    await fallSilent(GPU_1);
    const { nowMs } = await store.survey(0);
    const writtenForMs = (POLICY.heardAfterMs + POLICY.settleAfterMs) / 2;
    await operator.set(KEYS.pulse, `${nowMs - writtenForMs}:${nowMs}`);
    expect(await hold(GPU_1)).toMatchObject({ kind: 'held' });
    expect(await store.findLapsed(0)).toMatchObject({ settled: false });
  });

  it('mark what was claimed provisionally, before the roll has settled as well', async () => {
    const { nowMs } = await store.survey(0);
    await operator.set(KEYS.pulse, `${nowMs}:${nowMs}`);
    const host = { server: 'gpu-2', endpoint: { host: '10.0.0.2' } };
    await store.report(aReport({ ...host, sessions: ['early'] }));
    expect(await store.lookup(publicId('early'))).toMatchObject({ kind: 'provisional' });

    await fallSilent(serverId('gpu-2'));
    const writtenForMs = (POLICY.heardAfterMs + POLICY.settleAfterMs) / 2;
    await operator.set(KEYS.pulse, `${nowMs - writtenForMs}:${nowMs}`);
    expect(await hold(serverId('gpu-2'))).toMatchObject({ kind: 'held' });
    expect(await store.lookup(publicId('early'))).toMatchObject({ kind: 'answer', mark: 'held' });
  });

  it('end with a report that a full store refuses: what is stored of the server is live again', async () => {
    const rival = { server: 'gpu-2', endpoint: { host: '10.0.0.2' } };
    await store.report(aReport({ ...rival, sessions: ['cad'] }));
    await fallSilent(GPU_1);
    await hold(GPU_1);
    expect(await store.lookup(publicId('console'))).toMatchObject({ mark: 'held' });
    await fillUp();
    const report = aReport({ sequence: 2, sessions: ['console', 'cad', 'new'] });
    await expect(store.report(report)).rejects.toMatchObject({ failure: 'full' });

    for (const id of ['console', 'gpu-1~console', 'gpu-1~cad'])
      expect(await store.lookup(publicId(id))).toMatchObject({ kind: 'answer', mark: 'live' });
    expect(await recordOf(GPU_1)).not.toHaveProperty('held');
    expect(await store.survey(1)).toMatchObject({ lateTotal: 0 });
    const types = (await operator.xrange(KEYS.events, '-', '+')).map(([, fields]) => fields[1]);
    expect(types.slice(-2)).toEqual(['server.held', 'server.recovered']);
    await store.withdraw(GPU_2, { boot: 1, sequence: 9 });
    expect(await store.lookup(publicId('cad'))).toMatchObject({ kind: 'answer', mark: 'live' });
  });

  it('are refused where writes are, while surveys go on', async () => {
    await fallSilent(GPU_1);
    const record = await recordOf(GPU_1);
    await hold(GPU_1);
    await operator.config('SET', 'min-replicas-to-write', '1');
    const writes = [
      () => store.hold(record, PROBED),
      () => store.release(record, CONFIRMED),
      () => store.changeProtection('', 0, { to: 'off' }),
    ];
    try {
      for (const write of writes)
        await expect(write()).rejects.toMatchObject({ failure: 'refused' });
      expect(await store.survey(1)).toMatchObject({ late: [{ server: 'gpu-1', held: true }] });
    } finally {
      await operator.config('SET', 'min-replicas-to-write', '0');
    }
  });

  it('I8: leave no key and no field behind', async () => {
    const servers = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4', 'gpu-5'];
    for (const [index, name] of servers.entries()) {
      const endpoint = { host: `10.0.1.${index}` };
      await store.report(aReport({ server: name, sequence: 2, zone: 'a', endpoint }));
    }
    await store.report(
      aReport({ server: 'gpu-5', sequence: 3, leaving: true, endpoint: { host: '10.0.1.1' } }),
    );
    for (const name of servers.slice(0, 3)) {
      await fallSilent(serverId(name));
      await hold(serverId(name));
    }
    const on = { to: 'on', late: 3, servers: 4, holdMaxMs: HOLD_MAX_MS } as const;
    await store.changeProtection('a', 0, on);
    const [protection] = (await store.survey(0)).protections;
    for (const key of ['held', 'leaving', 'zones', 'endpoints', 'replaced', 'protect'] as const)
      expect(await operator.exists(KEYS[key])).toBe(1);

    await store.release(await recordOf(GPU_1), CONFIRMED);
    expect(await operator.pttl(KEYS.releases)).toBeLessThanOrEqual(POLICY.intervalMs);
    await operator.del(KEYS.releases);
    await store.changeProtection('a', protection!.version, { to: 'off' });
    for (const name of servers.slice(1)) await store.evictNow(serverId(name));
    const left = (await operator.keys('*')).map((key) => key.slice('rollcall:{main}:'.length));
    const tombstones = servers.map((name) => `l:${name}`);
    expect(left.filter((key) => !key.startsWith('k:')).sort()).toEqual(
      ['events', 'pulse', 'settled', ...tombstones].sort(),
    );
  });

  it('leave no field of a server that has moved, lost its zone, or is back', async () => {
    await store.report(aReport({ sequence: 2, zone: 'a', endpoint: { host: 'Old.example' } }));
    expect(await operator.hgetall(KEYS.endpoints)).toEqual({ 'old.example:8443': 'gpu-1' });
    await store.report(aReport({ sequence: 3, leaving: true, endpoint: { host: 'new.example' } }));

    expect(await operator.hgetall(KEYS.endpoints)).toEqual({ 'new.example:8443': 'gpu-1' });
    expect(await operator.exists(KEYS.zones)).toBe(0);
    await store.report(aReport({ sequence: 4, endpoint: { host: 'new.example' } }));
    expect(await operator.exists(KEYS.leaving, KEYS.replaced)).toBe(0);
    await fallSilent(GPU_1);
    await hold(GPU_1);
    expect(await operator.pttl(KEYS.verdicts(GPU_1))).toBeGreaterThan(VERDICT_MS - 5_000);
    await store.report(aReport({ sequence: 5, endpoint: { host: 'new.example' } }));
    expect(await operator.exists(KEYS.verdicts(GPU_1), KEYS.held)).toBe(0);
  });

  it('keep a protection for twice as long as it may last, and all of them as long as the longest', async () => {
    const on = { to: 'on', late: 3, servers: 4 } as const;
    await store.changeProtection('a', 0, { ...on, holdMaxMs: HOLD_MAX_MS });
    await store.changeProtection('b', 0, { ...on, holdMaxMs: 1_000 });

    const leftMs = await operator.pttl(KEYS.protect);
    expect(leftMs).toBeGreaterThan(2 * HOLD_MAX_MS - 5_000);
    expect(leftMs).toBeLessThanOrEqual(2 * HOLD_MAX_MS);
  });

  it('know a server whose agent, of an earlier version, has reported without ending its hold', async () => {
    await fallSilent(GPU_1);
    await hold(GPU_1);
    await reportAsEarlierVersions(GPU_1);
    const record = await recordOf(GPU_1);

    expect(await store.release(record, CONFIRMED)).toEqual({ kind: 'renewed' });
    expect(await store.hold(record, PROBED)).toEqual({ kind: 'reported' });
    expect(await store.survey(1)).toMatchObject({ lateTotal: 0 });
  });

  it('find each of thousands of late servers, and witnesses among as many live ones', async () => {
    const now = (await store.survey(0)).nowMs;
    const names = (kind: string) => Array.from({ length: 2_500 }, (_, index) => `${kind}-${index}`);
    const zoneOf = (index: number) => ['a', 'b', 'c'][index % 3]!;
    const add = async (kind: string, leaseEndsAtMs: number, held: boolean) => {
      const work = operator.pipeline();
      for (const [index, name] of names(kind).entries()) {
        work.zadd(KEYS.due, leaseEndsAtMs + index, name);
        work.hset(KEYS.zones, name, zoneOf(index));
        if (held) work.zadd(KEYS.held, now - 60_000, name);
      }
      await work.exec();
    };
    await add('late', now, false);
    await add('held', now + 10_000, true);
    await add('live', now + 20_000, false);
    await store.report(aReport({ sequence: 2, sessions: [], zone: 'd' }));

    const all = await store.survey(10_000);
    expect(all.late.map(({ server }) => server)).toEqual([...names('late'), ...names('held')]);
    expect(all.late.map(({ zone }) => zone)).toEqual(
      [...names('late'), ...names('held')].map((_, index) => zoneOf(index % 2_500)),
    );
    const zones = [...all.zones].sort((one, other) => one.zone.localeCompare(other.zone));
    expect(zones.map(({ zone, servers, late }) => [zone, servers, late])).toEqual([
      ['a', 2_502, 1_668],
      ['b', 2_499, 1_666],
      ['c', 2_499, 1_666],
      ['d', 1, 0],
    ]);
    expect(zones.map(({ witnesses }) => witnesses.length)).toEqual([5, 5, 5, 1]);
    await operator.config('RESETSTAT');
    const some = await store.survey(2_600);
    // A thousand at a time, of each set: whoever looks a session up waits for no more.
    const commands = await operator.info('commandstats');
    expect(commands).toMatch(/^cmdstat_zrangebyscore:calls=6,/m);
    expect(commands).toMatch(/^cmdstat_zmscore:calls=3,/m);
    expect(commands).toMatch(/^cmdstat_hmget:calls=8,/m);
    expect(some.late).toEqual(all.late.slice(0, 2_600));
  });

  async function recordOf(name: ServerId): Promise<ServerRecord> {
    const [record] = await store.records([name]);
    if (record === undefined) throw new Error(`${name} is not on the roll`);
    return record;
  }

  async function hold(name: ServerId) {
    return store.hold(await recordOf(name), PROBED);
  }

  /** As if its last report had been some seconds ago. */
  async function fallSilent(name: ServerId): Promise<void> {
    const { reportedAtMs, leaseEndsAtMs } = await recordOf(name);
    await operator.setrange(KEYS.record(name), 24, String(reportedAtMs - SILENT_MS));
    await operator.zadd(KEYS.due, leaseEndsAtMs - SILENT_MS, name);
  }

  /** What a report in full did before there were holds. */
  async function reportAsEarlierVersions(name: ServerId): Promise<void> {
    const { nowMs } = await store.survey(0);
    await operator.setrange(KEYS.record(name), 24, String(nowMs));
    await operator.setrange(KEYS.record(name), 52, 'A');
    await operator.setrange(KEYS.answer(name), 0, '=');
    await operator.zadd(KEYS.due, nowMs + POLICY.leaseTtlMs, name);
  }

  async function fillUp(): Promise<void> {
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    await operator.config('SET', 'maxmemory', '1mb');
  }
});

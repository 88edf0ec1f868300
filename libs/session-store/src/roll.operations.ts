import {
  type EvictionOutcome,
  type LapsedServer,
  type LapseScan,
  type ServerId,
  type ServerPage,
  type ServerRecord,
} from '@rollcall/domain';
import { decodeRecord, toServerRecord } from './record.codec';
import { storeTime, type StoreContext } from './store-context';
import {
  seenRecord,
  seeRecord,
  strike,
  toReleaseOutcome,
  type StrikeReply,
} from './strike.operation';

/** An operator's eviction is repeated when a report came in between; an agent reports every few seconds. */
const EVICT_NOW_ATTEMPTS_MAX = 5;

/** Sweeps, evictions and listings; see the port. */
export class RollOperations {
  constructor(private readonly context: StoreContext) {}

  async findLapsed(limit: number): Promise<LapseScan> {
    const { redis, keys, policy, runner, script } = this.context;
    const { due, settled, pulse } = keys;
    const args = [limit, policy.gapMs, policy.judgedAfterMs];
    const reply = await runner.run('findLapsed', () =>
      script('findLapsed', [due, settled, pulse], args),
    );
    const [isSettled, isJudged, total, ...servers] = reply as FindLapsedReply;
    const records =
      servers.length === 0
        ? []
        : await runner.run('mget', () => redis.mget(servers.map((server) => keys.record(server))));
    const lapsed = servers.map((server, index) => ({
      server,
      ...seenRecord(records[index] ?? null),
    }));
    return { settled: isSettled === 1, judged: isJudged === 1, total, lapsed };
  }

  async evict(server: LapsedServer): Promise<EvictionOutcome> {
    return toEvictionOutcome(await strike(this.context, server.server, server, 'lapsed'));
  }

  async evictNow(server: ServerId): Promise<EvictionOutcome> {
    for (let attempt = 0; attempt < EVICT_NOW_ATTEMPTS_MAX; attempt++) {
      const seen = await seeRecord(this.context, server);
      const outcome = toEvictionOutcome(await strike(this.context, server, seen, 'operator'));
      if (outcome.kind !== 'renewed') return outcome;
    }
    return { kind: 'renewed' };
  }

  async servers(cursor: number, limit: number): Promise<ServerPage> {
    const { redis, keys, runner } = this.context;
    const nowMs = await storeTime(this.context);
    const leases = await this.leasesAfter(cursor, limit);
    if (leases.size === 0) return { nowMs, servers: [] };

    const ids = [...leases.keys()];
    const values = await runner.run('mget', () =>
      redis.mget(ids.map((server) => keys.record(server))),
    );
    const servers = ids.flatMap((server, index) =>
      toListed(server, values[index] ?? null, leases.get(server) ?? 0),
    );
    return leases.size < limit
      ? { nowMs, servers }
      : { nowMs, servers, next: Math.max(...leases.values()) };
  }

  async sweepFinished(): Promise<void> {
    const { keys, policy, runner, script } = this.context;
    await runner.run('sweepFinished', () =>
      script('sweepFinished', [keys.swept], [policy.retentionMs]),
    );
  }

  async sinceLastSweepMs(): Promise<number | undefined> {
    const { redis, keys, policy, runner } = this.context;
    const leftMs = await runner.run('pttl', () => redis.pttl(keys.swept));
    return leftMs < 0 ? undefined : Math.max(0, policy.retentionMs - leftMs);
  }

  /** Pages by lease end, which reports move on: whoever reports between two pages is seen twice. Only one that says then that it is leaving may be missed. */
  private async leasesAfter(cursor: number, limit: number): Promise<Map<ServerId, number>> {
    const { redis, keys, runner } = this.context;
    const page = await runner.run('zrangebyscore', () =>
      redis.zrangebyscore(keys.due, `(${cursor}`, '+inf', 'WITHSCORES', 'LIMIT', 0, limit),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < 2 * limit) return toLeases(page);
    const tied = await runner.run('zrangebyscore', () =>
      redis.zrangebyscore(keys.due, last, last, 'WITHSCORES'),
    );
    return toLeases([...page, ...tied]);
  }
}

type FindLapsedReply = [settled: number, judged: number, total: number, ...ServerId[]];

function toLeases(flat: readonly string[]): Map<ServerId, number> {
  const leases = new Map<ServerId, number>();
  for (let index = 0; index < flat.length; index += 2)
    leases.set(flat[index] as ServerId, Number(flat[index + 1]));
  return leases;
}

function toListed(server: ServerId, value: string | null, leaseEndsAtMs: number): ServerRecord[] {
  return value === null ? [] : [toServerRecord(server, decodeRecord(value), leaseEndsAtMs)];
}

function toEvictionOutcome(reply: StrikeReply): EvictionOutcome {
  const outcome = toReleaseOutcome(reply);
  if (outcome.kind === 'paced') throw new Error('an eviction is never paced');
  return outcome;
}

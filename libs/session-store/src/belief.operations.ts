import {
  type HoldOutcome,
  type ProtectionChange,
  type Release,
  type ReleaseOutcome,
  type ServerId,
  type ServerRecord,
  type Survey,
  type Vouch,
} from '@rollcall/domain';
import { decodeRecord, toServerRecord } from './record.codec';
import { bareKeys, bareSessions } from './session-changes';
import { pulseArguments, type StoreContext } from './store-context';
import { strike, toReleaseOutcome } from './strike.operation';
import { readSurvey } from './survey.operation';

/** Surveys, holds, releases and protections; see the port. */
export class BeliefOperations {
  constructor(private readonly context: StoreContext) {}

  survey(lateMax: number): Promise<Survey> {
    return readSurvey(this.context, lateMax);
  }

  async records(servers: readonly ServerId[]): Promise<ServerRecord[]> {
    if (servers.length === 0) return [];
    const { redis, keys, runner } = this.context;
    const [values, leases] = await Promise.all([
      runner.run('mget', () => redis.mget(servers.map((server) => keys.record(server)))),
      runner.run('zmscore', () => redis.zmscore(keys.due, ...servers)),
    ]);
    return servers.flatMap((server, index) => {
      const [value, leaseEndsAtMs] = [values[index] ?? null, leases[index] ?? null];
      if (value === null || leaseEndsAtMs === null) return [];
      return [toServerRecord(server, decodeRecord(value), Number(leaseEndsAtMs))];
    });
  }

  async hold(record: ServerRecord, vouch: Vouch): Promise<HoldOutcome> {
    const { keys, policy, eventsMax, runner, script } = this.context;
    const { server, boot, sequence, sessions } = record;
    const { cause, by, verdictTtlMs, holdMaxMs } = vouch;
    const args = [
      ...[server, boot, sequence, cause, by, verdictTtlMs, holdMaxMs],
      ...[policy.lateAfterMs, policy.leaseTtlMs, ...pulseArguments(policy), eventsMax],
      policy.heardAfterMs,
      ...bareSessions(sessions),
    ];
    const scriptKeys = [...keys.ofServer(server), ...bareKeys(keys, sessions)];
    const [code, untilMs] = (await runner.run('hold', () =>
      script('hold', scriptKeys, args),
    )) as HoldReply;
    return code === 'held' ? { kind: code, untilMs: Number(untilMs) } : { kind: code };
  }

  async release(record: ServerRecord, release: Release): Promise<ReleaseOutcome> {
    const { server, boot, sequence, sessions } = record;
    const seen = { fence: { boot, sequence }, sessions };
    const reply = await strike(this.context, server, seen, release.reason, seen.fence, release);
    return toReleaseOutcome(reply);
  }

  async changeProtection(
    zone: string,
    seenVersion: number,
    change: ProtectionChange,
  ): Promise<boolean> {
    const { keys, policy, eventsMax, runner, script } = this.context;
    const { protect, pulse, settled, events } = keys;
    const details =
      change.to === 'on'
        ? ['', change.late, change.servers, change.holdMaxMs]
        : [change.to === 'off' ? 'recovered' : change.reason];
    const args = [
      ...[zone, seenVersion, change.to, ...pulseArguments(policy), eventsMax],
      ...details,
    ];
    const changed = await runner.run('changeProtection', () =>
      script('changeProtection', [protect, pulse, settled, events], args),
    );
    return changed === 1;
  }
}

type HoldReply = readonly [code: HoldOutcome['kind'], untilMs?: number];

import {
  PROTECTION_SERVERS_MIN,
  WITNESSES_PER_ZONE,
  type HoldOutcome,
  type LateServer,
  type ProtectionChange,
  type Release,
  type ReleaseOutcome,
  type ServerId,
  type ServerRecord,
  type Survey,
  type Vouch,
  type ZoneSurvey,
} from '@rollcall/domain';
import { decodeProtection } from './protection.codec';
import { decodeRecord, toServerRecord } from './record.codec';
import { bareKeys, bareSessions } from './session-changes';
import { pulseArguments, type StoreContext } from './store-context';
import { strike, toReleaseOutcome } from './strike.operation';

/** Surveys, holds, releases and protections; see the port. */
export class BeliefOperations {
  constructor(private readonly context: StoreContext) {}

  async survey(lateMax: number): Promise<Survey> {
    const { keys, policy, runner, script } = this.context;
    const { due, settled, held, leaving, zones, endpoints, replaced, protect, pulse } = keys;
    const scriptKeys = [due, settled, held, leaving, zones, endpoints, replaced, protect, pulse];
    const args = [
      ...[lateMax, policy.leaseTtlMs, policy.lateAfterMs],
      ...[PROTECTION_SERVERS_MIN, WITNESSES_PER_ZONE, policy.gapMs, policy.heardAfterMs],
    ];
    const reply = await runner.run('survey', () => script('survey', scriptKeys, args));
    return this.toSurvey(reply as SurveyReply);
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

  private toSurvey([
    nowMs,
    heard,
    settled,
    servers,
    lateTotal,
    late,
    zones,
    protections,
  ]: SurveyReply): Survey {
    return {
      nowMs,
      heard: heard === 1,
      settled: settled === 1,
      servers,
      lateTotal,
      late: inGroups(late, 5)
        .map((entry) => this.toLateServer(entry))
        .sort(byEnd),
      zones: zones.map(toZoneSurvey),
      protections: inGroups(protections, 2).map(([zone = '', value = '']) =>
        decodeProtection(zone, value),
      ),
    };
  }

  private toLateServer(entry: readonly (string | number)[]): LateServer {
    const [server, zone, leaseEnds, heldSince, replaced] = entry;
    const leaseEndsAtMs = Number(leaseEnds);
    const held = heldSince !== '';
    return {
      server: server as ServerId,
      zone: String(zone),
      reportedAtMs: held ? Number(heldSince) : leaseEndsAtMs - this.context.policy.leaseTtlMs,
      leaseEndsAtMs,
      held,
      replaced: replaced === 1,
    };
  }
}

type ZoneReply = readonly [zone: string, servers: number, late: number, witnesses: ServerId[]];
type SurveyReply = readonly [
  now: number,
  heard: number,
  settled: number,
  servers: number,
  lateTotal: number,
  late: readonly (string | number)[],
  zones: readonly ZoneReply[],
  protections: readonly string[],
];
type HoldReply = readonly [code: HoldOutcome['kind'], untilMs?: number];

function toZoneSurvey([zone, servers, late, witnesses]: ZoneReply): ZoneSurvey {
  return { zone, servers, late, witnesses };
}

function inGroups<T>(flat: readonly T[], size: number): T[][] {
  return Array.from({ length: flat.length / size }, (_, index) =>
    flat.slice(index * size, (index + 1) * size),
  );
}

function byEnd(one: LateServer, other: LateServer): number {
  return one.leaseEndsAtMs - other.leaseEndsAtMs || (one.server < other.server ? -1 : 1);
}

import {
  RELEASE_SHARE_MAX,
  type EvictionReason,
  type Fence,
  type LocalId,
  type Release,
  type ReleaseOutcome,
  type ServerId,
} from '@rollcall/domain';
import { decodeRecord } from './record.codec';
import { sessionChanges, sessionKeys } from './session-changes';
import { pulseArguments, type StoreContext } from './store-context';

/** Why a server is struck off, as the script and its events say it. */
export type StrikeReason = EvictionReason | 'withdrawn';

/** On whose word a held server is released, and whether its death is confirmed. */
export type Verdict = Pick<Release, 'by' | 'confirmed'>;

const NO_VERDICT: Verdict = { by: '', confirmed: false };

/** A server's record as an operation saw it; the script refuses to act on any other. */
export interface SeenRecord {
  readonly fence: Fence;
  readonly sessions: readonly LocalId[];
}

/** The script's answer: a code, and what goes with it (sessions struck, or the fence that refused). */
export type StrikeReply = readonly [code: string, detail?: number];

/** Reads the record that a strike is decided on. */
export async function seeRecord(context: StoreContext, server: ServerId): Promise<SeenRecord> {
  const { redis, keys, runner } = context;
  return seenRecord(await runner.run('get', () => redis.get(keys.record(server))));
}

/** The record that a strike is decided on, from its stored form; boot 0 stands for none. */
export function seenRecord(value: string | null): SeenRecord {
  if (value === null) return { fence: { boot: 0, sequence: 0 }, sessions: [] };
  const { boot, sequence, sessions } = decodeRecord(value);
  return { fence: { boot, sequence }, sessions };
}

/** Strikes a server off if its record is still the one that was seen; leaves `leave` behind as its fence. */
export async function strike(
  context: StoreContext,
  server: ServerId,
  seen: SeenRecord,
  reason: StrikeReason,
  leave: Fence = seen.fence,
  verdict: Verdict = NO_VERDICT,
): Promise<StrikeReply> {
  const { keys, policy, eventsMax, runner, script } = context;
  const changes = sessionChanges(seen.sessions, []);
  const args = [
    ...[server, seen.fence.boot, seen.fence.sequence, reason, leave.boot, leave.sequence],
    ...[policy.leaseTtlMs, ...pulseArguments(policy), eventsMax],
    ...[policy.intervalMs, RELEASE_SHARE_MAX, verdict.by, verdict.confirmed ? 1 : 0],
    ...[policy.lateAfterMs, policy.judgedAfterMs],
    ...changes.map(({ text }) => text),
  ];
  const scriptKeys = [
    ...keys.ofServer(server),
    ...[keys.protect, keys.releases],
    ...sessionKeys(keys, server, changes),
  ];
  return (await runner.run('strike', () => script('strike', scriptKeys, args))) as StrikeReply;
}

/** What became of a strike by a reconciler or an operator. */
export function toReleaseOutcome([code, detail]: StrikeReply): ReleaseOutcome {
  switch (code) {
    case 'struck':
      return { kind: 'evicted', sessions: Number(detail) };
    case 'renewed':
    case 'unsettled':
    case 'vouched':
    case 'protected':
    case 'paced':
    case 'gone':
      return { kind: code };
    default:
      throw new Error(`a script answered with an unknown code: ${code}`);
  }
}

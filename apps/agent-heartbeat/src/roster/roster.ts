import { SESSIONS_PER_SERVER_MAX, type LocalId, type SessionList } from '@rollcall/domain';
import type { DcvReading } from '../dcv/dcv-reader';

/**
 * What is known of the host's sessions.
 *
 * | `dcv`                                           | reported as | sessions            |
 * |-------------------------------------------------|-------------|---------------------|
 * | has not answered yet                            | unhealthy   | unknown             |
 * | its last reading was good                       | healthy     | those listed        |
 * | fails, the last good reading within the grace   | unhealthy   | those listed then   |
 * | fails since the start, which is within the grace| unhealthy   | unknown             |
 * | fails for longer than the grace                 | unhealthy   | withheld            |
 *
 * A failing `dcv` is never an empty list: `unknown` leaves alone what the store holds, and `withheld` says in so many
 * words that the host's sessions are no longer vouched for.
 */
export interface Roster {
  /** When the agent began to ask, until the first good reading. */
  readonly vouchedAtMs: number;
  /** The last good reading, in a stable order; undefined until there is one. */
  readonly ids?: readonly LocalId[];
  /** Why the last reading failed; undefined when it did not. */
  readonly failure?: string;
  /** Sessions of the last good reading that no report has room for. */
  readonly overflow: number;
}

/** What the next report says of the host. */
export interface Standing {
  readonly healthy: boolean;
  readonly sessions: SessionList;
}

export function emptyRoster(nowMs: number): Roster {
  return { vouchedAtMs: nowMs, overflow: 0 };
}

/** The roster after one more reading. */
export function noteReading(roster: Roster, reading: DcvReading, nowMs: number): Roster {
  if (reading.kind === 'failed') return { ...roster, failure: reading.reason };
  const kept = keepWhatFits(reading.ids, new Set(roster.ids));
  return { vouchedAtMs: nowMs, ids: kept.sort(), overflow: reading.ids.length - kept.length };
}

/** What is to be reported at this moment. */
export function standing(roster: Roster, nowMs: number, graceMs: number): Standing {
  const { ids, failure, vouchedAtMs } = roster;
  if (failure !== undefined && nowMs - vouchedAtMs >= graceMs) {
    return { healthy: false, sessions: { kind: 'withheld' } };
  }
  return {
    healthy: failure === undefined && ids !== undefined,
    sessions: ids === undefined ? { kind: 'unknown' } : { kind: 'listed', ids },
  };
}

/** Whether two standings say the same. */
export function sameStanding(one: Standing, other: Standing): boolean {
  return one.healthy === other.healthy && sameList(one.sessions, other.sessions);
}

function sameList(one: SessionList, other: SessionList): boolean {
  if (one.kind !== 'listed' || other.kind !== 'listed') return one.kind === other.kind;
  return (
    one.ids === other.ids ||
    (one.ids.length === other.ids.length && one.ids.every((id, index) => id === other.ids[index]))
  );
}

/** Sessions that are known already keep their place: one too many must not push out one that somebody works in. */
function keepWhatFits(ids: readonly LocalId[], known: ReadonlySet<LocalId>): LocalId[] {
  if (ids.length <= SESSIONS_PER_SERVER_MAX) return [...ids];
  const old = ids.filter((id) => known.has(id));
  const fresh = ids.filter((id) => !known.has(id));
  return [...old, ...fresh].slice(0, SESSIONS_PER_SERVER_MAX);
}

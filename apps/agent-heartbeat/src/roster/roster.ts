import { SESSIONS_PER_SERVER_MAX, type LocalId, type SessionList } from '@rollcall/domain';
import type { DcvReading } from '../dcv/dcv-reader';
import { isSameOpening, openingsAfter, type Openings } from './openings';

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
  /** Which openings of those sessions it showed; until there is one, which were told before the agent started. */
  readonly openings: Openings;
  /** How many readings were good. */
  readonly readings: number;
  /** Why the last reading failed; undefined when it did not. */
  readonly failure?: string;
  /** Sessions of the last good reading that no report has room for. */
  readonly overflow: number;
}

/** What the next report says of the host. */
export interface Standing {
  readonly healthy: boolean;
  readonly sessions: SessionList;
  /** Tells a listed session from an earlier one of the same id. */
  readonly openings: Openings;
}

/** The roster before the first reading; `openings` are those that an earlier life of the agent has told of. */
export function emptyRoster(nowMs: number, openings: Openings = new Map()): Roster {
  return { vouchedAtMs: nowMs, openings, readings: 0, overflow: 0 };
}

/** The roster after one more reading. */
export function noteReading(roster: Roster, reading: DcvReading, nowMs: number): Roster {
  if (reading.kind === 'failed') return { ...roster, failure: reading.reason };
  const ids = keepWhatFits(reading.ids, new Set(roster.ids)).sort();
  const readings = roster.readings + 1;
  return {
    vouchedAtMs: nowMs,
    ids,
    openings: openingsAfter(roster.openings, ids, reading.createdAtMs, readings),
    readings,
    overflow: reading.ids.length - ids.length,
  };
}

/** What is to be reported at this moment. */
export function standing(roster: Roster, nowMs: number, graceMs: number): Standing {
  const { ids, openings, failure, vouchedAtMs } = roster;
  if (failure !== undefined && nowMs - vouchedAtMs >= graceMs) {
    return { healthy: false, sessions: { kind: 'withheld' }, openings };
  }
  return {
    healthy: failure === undefined && ids !== undefined,
    sessions: ids === undefined ? { kind: 'unknown' } : { kind: 'listed', ids },
    openings,
  };
}

/** Whether two standings say the same. */
export function sameStanding(one: Standing, other: Standing): boolean {
  return one.healthy === other.healthy && sameSessions(one, other);
}

function sameSessions(one: Standing, other: Standing): boolean {
  const [list, otherList] = [one.sessions, other.sessions];
  if (list.kind !== 'listed' || otherList.kind !== 'listed') return list.kind === otherList.kind;
  const { ids } = otherList;
  const isSame = (id: LocalId, index: number) =>
    id === ids[index] && isSameOpening(one.openings, other.openings, id);
  return list.ids === ids || (list.ids.length === ids.length && list.ids.every(isSame));
}

/** Sessions that are known already keep their place: one too many must not push out one that somebody works in. */
function keepWhatFits(ids: readonly LocalId[], known: ReadonlySet<LocalId>): LocalId[] {
  if (ids.length <= SESSIONS_PER_SERVER_MAX) return [...ids];
  const old = ids.filter((id) => known.has(id));
  const fresh = ids.filter((id) => !known.has(id));
  return [...old, ...fresh].slice(0, SESSIONS_PER_SERVER_MAX);
}

import type {
  Fence,
  HoldCause,
  LocalId,
  Mark,
  Report,
  ReportOutcome,
  ServerId,
  ServerRecord,
  SessionList,
} from '@rollcall/domain';

/** A server that is on the roll. */
export interface Present {
  readonly kind: 'present';
  readonly report: Report;
  /** Its last known list; undefined when it has never told one since it joined. */
  readonly sessions: readonly LocalId[] | undefined;
  readonly reportedAtMs: number;
  readonly leaseEndsAtMs: number;
  readonly retainedUntilMs: number;
  /** Why it is believed beyond the lease of its last report, if it is. */
  readonly held?: HoldCause;
}

/** What stays of a server that was struck off or has withdrawn. */
export interface Tombstone {
  readonly kind: 'tombstone';
  readonly fence: Fence;
  readonly retainedUntilMs: number;
}

/** All the roll holds about one server. */
export type ServerEntry = Present | Tombstone;

/** The newest report an entry has seen. */
export function fenceOf(entry: ServerEntry): Fence {
  const { boot, sequence } = entry.kind === 'present' ? entry.report : entry.fence;
  return { boot, sequence };
}

/** Why a report or withdrawal of this fence changes nothing; undefined when it may pass. */
export function refusalBy(entry: ServerEntry | undefined, fence: Fence): ReportOutcome | undefined {
  if (entry === undefined) return undefined;
  const newest = fenceOf(entry);
  if (fence.boot < newest.boot) return { kind: 'superseded', boot: newest.boot };
  if (fence.boot > newest.boot || fence.sequence > newest.sequence) return undefined;
  if (fence.sequence === newest.sequence) return { kind: 'already-applied' };
  return { kind: 'outdated', sequence: newest.sequence };
}

/** Whether a report says nothing that the entry does not hold already: it only renews. */
export function onlyRenews(entry: ServerEntry | undefined, report: Report): boolean {
  if (entry?.kind !== 'present' || entry.report.boot !== report.boot) return false;
  const { sequence: _before, sessions: listBefore, ...restBefore } = entry.report;
  const { sequence: _now, sessions: list, ...rest } = report;
  return same(restBefore, rest) && (list.kind === 'unknown' || onlyRepeats(listBefore, list));
}

/** How the answers of a server are marked. */
export function markOf({ held }: Pick<Present, 'held'>): Mark {
  if (held === undefined) return 'live';
  return held === 'probe' ? 'held' : 'protected';
}

/** The entry as the port shows it; without a list there is no answer that a hold could have marked. */
export function recordOf(server: ServerId, entry: Present): ServerRecord {
  const { endpoint, zone, healthy, leaving } = entry.report;
  return {
    server,
    ...fenceOf(entry),
    endpoint,
    zone,
    healthy,
    leaving,
    sessions: entry.sessions ?? [],
    reportedAtMs: entry.reportedAtMs,
    leaseEndsAtMs: entry.leaseEndsAtMs,
    ...(entry.held && entry.sessions ? { held: entry.held } : {}),
  };
}

function onlyRepeats(before: SessionList, list: SessionList): boolean {
  if (before.kind !== 'listed' || list.kind !== 'listed') return before.kind === list.kind;
  return same(before.ids, list.ids) && !list.reopened?.length;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

import {
  PROTECTION_SERVERS_MIN,
  WITNESSES_PER_ZONE,
  type LateServer,
  type LeasePolicy,
  type Protection,
  type Survey,
  type ZoneSurvey,
} from '@rollcall/domain';
import type { Present } from './server-entry';
import type { Member } from './server-table';

/** What a survey is made of. */
export interface Surveyed {
  readonly nowMs: number;
  readonly heard: boolean;
  readonly settled: boolean;
  /** By the end of their leases. */
  readonly members: readonly Member[];
  readonly protections: readonly Protection[];
  readonly isReplaced: (member: Member) => boolean;
}

/** Whether a server has not reported for too long; one that is held has not, one that is leaving need not. */
export function isLate(
  { report, held, reportedAtMs }: Present,
  nowMs: number,
  { lateAfterMs }: LeasePolicy,
): boolean {
  return !report.leaving && (held !== undefined || nowMs - reportedAtMs >= lateAfterMs);
}

/** Whether a server has certainly reported lately; by its lease alone, so that one that is leaving soon has not. */
export function isFresh(
  { held, leaseEndsAtMs }: Present,
  nowMs: number,
  { leaseTtlMs, lateAfterMs }: LeasePolicy,
): boolean {
  return held === undefined && leaseEndsAtMs - nowMs > leaseTtlMs - lateAfterMs;
}

/** Reads who is late, and what that means for each zone. */
export function survey(surveyed: Surveyed, lateMax: number, policy: LeasePolicy): Survey {
  const { nowMs, heard, settled, members, protections } = surveyed;
  const late = members.filter(([, entry]) => isLate(entry, nowMs, policy));
  const zonesMatter = late.length >= PROTECTION_SERVERS_MIN || protections.length > 0;
  return {
    nowMs,
    heard,
    settled,
    servers: members.length,
    zones: zonesMatter ? zonesOf(surveyed, new Set(late)) : [],
    late: late.slice(0, lateMax).map((member) => toLateServer(member, surveyed)),
    lateTotal: late.length,
    protections,
  };
}

function zonesOf({ members }: Surveyed, late: ReadonlySet<Member>): ZoneSurvey[] {
  const zones = new Set(members.map(([, { report }]) => report.zone));
  return [...zones].map((zone) => {
    const within = members.filter(([, { report }]) => report.zone === zone);
    const witnesses = within
      .filter((member) => !late.has(member) && !member[1].report.leaving)
      .map(([server]) => server)
      .slice(-WITNESSES_PER_ZONE);
    const lateHere = within.filter((member) => late.has(member));
    return { zone, servers: within.length, late: lateHere.length, witnesses };
  });
}

function toLateServer(member: Member, { isReplaced }: Surveyed): LateServer {
  const [server, { report, reportedAtMs, leaseEndsAtMs, held }] = member;
  return {
    server,
    zone: report.zone,
    reportedAtMs,
    leaseEndsAtMs,
    held: held !== undefined,
    replaced: isReplaced(member),
  };
}

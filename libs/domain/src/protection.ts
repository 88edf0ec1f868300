import { PROTECTION_SERVERS_MIN, type BeliefPolicy } from './belief-policy';
import type {
  BeliefStore,
  Protection,
  ProtectionChange,
  Survey,
  ZoneSurvey,
} from './belief-store.port';

/** What decides about protection. */
export type ProtectionPolicy = Pick<BeliefPolicy, 'protectionThreshold' | 'holdMaxMs'>;

/** A change that one zone's protection is due, by compare-and-set. */
export interface DueProtectionChange {
  readonly zone: string;
  readonly seenVersion: number;
  readonly change: ProtectionChange;
}

/**
 * What the protection of a zone is to become, or undefined when it stays as it is. A zone is in one of three states.
 * - armed (no record): so many late at once that silence is no evidence any more turn it on.
 * - on: everybody in it is held until confirmed dead. It ends, armed, when less than half the threshold is late, and at
 *   the latest after `holdMaxMs`: a protection that cannot end would keep the dead for ever.
 * - ended, by time or by an operator: not protected, and not armed before the late have become few, or it would be on
 *   again at once.
 */
export function planProtection(
  seen: Protection | undefined,
  zone: ZoneSurvey,
  nowMs: number,
  { protectionThreshold, holdMaxMs }: ProtectionPolicy,
): ProtectionChange | undefined {
  const { late, servers } = zone;
  if (seen === undefined) {
    const isMass = late >= PROTECTION_SERVERS_MIN && late / servers >= protectionThreshold;
    return isMass ? { to: 'on', late, servers, holdMaxMs } : undefined;
  }
  if (servers === 0 || late / servers < protectionThreshold / 2) return { to: 'off' };
  const isOver = seen.state === 'on' && nowMs - seen.sinceMs >= holdMaxMs;
  return isOver ? { to: 'ended', reason: 'time' } : undefined;
}

/** The changes that a survey asks for: none until the roll is settled, for nobody is late before. */
export function planProtections(
  { settled, nowMs, zones, protections }: Survey,
  policy: ProtectionPolicy,
): DueProtectionChange[] {
  if (!settled) return [];
  const seen = new Map(protections.map((protection) => [protection.zone, protection]));
  const surveyed = new Map(zones.map((zone) => [zone.zone, zone]));
  const names = new Set([...seen.keys(), ...surveyed.keys()]);
  return [...names].flatMap((zone) => {
    const before = seen.get(zone);
    const survey = surveyed.get(zone) ?? { zone, servers: 0, late: 0, witnesses: [] };
    const change = planProtection(before, survey, nowMs, policy);
    return change ? [{ zone, seenVersion: before?.version ?? 0, change }] : [];
  });
}

/**
 * Changes what a survey asks for; resolves to the zones that are protected then, as far as is known here. Whoever strikes
 * off decides this first, so that an outage that nobody has looked at is not everybody's death.
 */
export async function decideProtections(
  store: Pick<BeliefStore, 'changeProtection'>,
  survey: Survey,
  policy: ProtectionPolicy,
): Promise<Set<string>> {
  const zones = protectedZones(survey.protections, survey.nowMs, policy);
  for (const { zone, seenVersion, change } of planProtections(survey, policy)) {
    const isChanged = await store.changeProtection(zone, seenVersion, change);
    if (isChanged && change.to === 'on') zones.add(zone);
    if (isChanged && change.to !== 'on') zones.delete(zone);
  }
  return zones;
}

/** The zones that are protected at a moment of the store's clock. */
export function protectedZones(
  protections: readonly Protection[],
  nowMs: number,
  { holdMaxMs }: ProtectionPolicy,
): Set<string> {
  const on = protections.filter(
    ({ state, sinceMs }) => state === 'on' && nowMs - sinceMs < holdMaxMs,
  );
  return new Set(on.map(({ zone }) => zone));
}

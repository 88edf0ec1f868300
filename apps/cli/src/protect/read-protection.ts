import type { BeliefStore, Survey } from '@rollcall/domain';
import type { Roll } from '../roll/roll';
import { protectedZones, type ProtectedZone } from './protected-zone';

/** What a look at the protections needs of the roll. */
export interface ProtectionSource extends Pick<Roll, 'belief'> {
  readonly store: Pick<BeliefStore, 'survey'>;
}

/** How the zones of the roll fare, and which of them are protected. */
export interface ProtectionReading {
  readonly survey: Survey;
  readonly protections: readonly ProtectedZone[];
}

export async function readProtection({
  store,
  belief,
}: ProtectionSource): Promise<ProtectionReading> {
  const survey = await store.survey(1);
  return { survey, protections: protectedZones(survey, belief) };
}

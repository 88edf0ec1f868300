import { Injectable } from '@nestjs/common';
import {
  planProtections,
  protectedZones,
  type BeliefStore,
  type ProtectionPolicy,
  type Survey,
} from '@rollcall/domain';

/** Sees to it that a zone is protected when it has to be. */
@Injectable()
export class ProtectionService {
  constructor(
    private readonly store: Pick<BeliefStore, 'survey' | 'changeProtection'>,
    private readonly policy: ProtectionPolicy,
  ) {}

  /** Changes what the survey asks for; resolves to the zones that are protected then, as far as is known here. */
  async decide(survey: Survey): Promise<Set<string>> {
    const zones = protectedZones(survey.protections, survey.nowMs, this.policy);
    for (const { zone, seenVersion, change } of planProtections(survey, this.policy)) {
      const isChanged = await this.store.changeProtection(zone, seenVersion, change);
      if (isChanged && change.to === 'on') zones.add(zone);
      if (isChanged && change.to !== 'on') zones.delete(zone);
    }
    return zones;
  }

  /** For who is about to evict: protection is decided before, even if the judge has just slept through an outage. */
  async look(): Promise<void> {
    await this.decide(await this.store.survey(0));
  }
}

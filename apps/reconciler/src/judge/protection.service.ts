import { Injectable } from '@nestjs/common';
import {
  decideProtections,
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
  decide(survey: Survey): Promise<Set<string>> {
    return decideProtections(this.store, survey, this.policy);
  }

  /** For who is about to evict: protection is decided before, even if the judge has just slept through an outage. */
  async look(): Promise<void> {
    await this.decide(await this.store.survey(0));
  }
}

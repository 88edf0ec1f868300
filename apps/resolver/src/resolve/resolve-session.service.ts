import { Injectable } from '@nestjs/common';
import { resolve, type Endpoint, type LookupStore } from '@rollcall/domain';
import type { BoundedGate } from '@rollcall/http';
import type { RollRenewalService } from '../roll/roll-renewal.service';
import type { EndpointPermits } from './endpoint-permits';
import type { LookupDecision } from './lookup-decision';
import type { LookupQuery } from './lookup-query.reader';

/** Answers where a session is: the store has the evidence, the domain decides. */
@Injectable()
export class ResolveSessionService {
  private readonly permits = (endpoint: Endpoint) => this.endpoints.allows(endpoint);

  constructor(
    private readonly store: LookupStore,
    private readonly gate: BoundedGate,
    private readonly endpoints: EndpointPermits,
    private readonly roll: Pick<RollRenewalService, 'trust'>,
  ) {}

  async resolve({ id, transport }: LookupQuery): Promise<LookupDecision> {
    if (!id) return { kind: 'not-found', reason: 'unknown' };
    const evidence = await this.gate.pass(() => this.store.lookup(id));
    if (evidence.kind === 'unavailable' || evidence.kind === 'stopping') return evidence;
    const { renewing } = this.roll.trust();
    return resolve(evidence, { transport, renewing, permits: this.permits });
  }
}

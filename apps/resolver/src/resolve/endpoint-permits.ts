import type { Endpoint, EndpointPolicy } from '@rollcall/domain';

/** Remembers which endpoints the policy allows: it is asked on every answer, and a fleet has few. */
export class EndpointPermits {
  private readonly verdicts = new Map<string, boolean>();

  constructor(
    private readonly policy: Pick<EndpointPolicy, 'refusal'>,
    private readonly rememberedMax: number,
  ) {}

  allows(endpoint: Endpoint): boolean {
    const key = `${endpoint.host} ${endpoint.httpPort} ${endpoint.quicPort}`;
    const known = this.verdicts.get(key);
    return known ?? this.decide(key, endpoint);
  }

  private decide(key: string, endpoint: Endpoint): boolean {
    const verdict = this.policy.refusal(endpoint) === undefined;
    if (this.verdicts.size >= this.rememberedMax) this.forgetOldest();
    this.verdicts.set(key, verdict);
    return verdict;
  }

  private forgetOldest(): void {
    for (const oldest of this.verdicts.keys()) {
      this.verdicts.delete(oldest);
      return;
    }
  }
}

import type { Endpoint, EndpointPolicy, ProbeResult } from '@rollcall/domain';
import { setMaxListeners } from 'node:events';
import type { HostAddresses, Resolved } from './host-addresses';
import type { Attempt, Connector } from './tcp-connector';

export interface EndpointProberParts {
  readonly addresses: Pick<HostAddresses, 'of'>;
  readonly connect: Connector;
  readonly policy: EndpointPolicy;
  /** For one try, with the lookup of the name. */
  readonly timeoutMs: number;
  /** A monotonic clock. */
  readonly now: () => number;
}

/** Of a name with many addresses so many are tried, all at once. */
const ADDRESSES_MAX = 4;

/** Silence in less than this share of a time-out, as the lookup of the name took the rest, is no evidence. */
const ENOUGH_SHARE = 0.5;

/** One try, and what it was made on. */
interface Try {
  readonly result: ProbeResult;
  readonly resolved: Resolved;
}

/** Of several attempts the best known counts: an address that answers is enough, one that is silent leaves it open. */
const WEIGHT: Readonly<Record<Attempt, number>> = {
  inconclusive: 0,
  refused: 1,
  silent: 2,
  answered: 3,
};

/** Finds out whether something listens where a server was reported. */
export class EndpointProber {
  private readonly stopping = new AbortController();

  constructor(private readonly parts: EndpointProberParts) {
    // Every probe under way listens.
    setMaxListeners(0, this.stopping.signal);
  }

  /**
   * Two tries, begun a time-out apart, so that a listener that restarts is not refused twice in one millisecond. An
   * endpoint that may not be reported is not connected to; never rejects.
   */
  async probe(endpoint: Endpoint): Promise<ProbeResult> {
    const { policy, timeoutMs, now } = this.parts;
    if (policy.refusal(endpoint) !== undefined) return 'forbidden';
    const startedAtMs = now();
    const { result: first, resolved } = await this.tryOnce(endpoint);
    if (first === 'answered' || first === 'forbidden') return first;
    await this.pause(timeoutMs - (now() - startedAtMs));
    const { result: second } = await this.tryOnce(endpoint, resolved);
    if (second === 'answered' || second === 'forbidden') return second;
    if (first === 'inconclusive' || second === 'inconclusive') return 'inconclusive';
    return first === 'refused' && second === 'refused' ? 'refused' : 'silent';
  }

  /** Whatever is under way ends at once, and says nothing. */
  stop(): void {
    this.stopping.abort();
  }

  /** A name that resolved in the try before is not looked up again. */
  private async tryOnce(endpoint: Endpoint, known?: Resolved): Promise<Try> {
    const { addresses, timeoutMs, now } = this.parts;
    const startedAtMs = now();
    const resolved =
      known?.kind === 'addresses' ? known : await addresses.of(endpoint.host, timeoutMs);
    if (resolved.kind === 'trouble') return { result: 'inconclusive', resolved };
    if (resolved.kind === 'unknown') return { result: 'silent', resolved };
    const leftMs = timeoutMs - (now() - startedAtMs);
    const result = await this.connectTo(endpoint, resolved.addresses, leftMs);
    const isTooShort = result === 'silent' && leftMs < ENOUGH_SHARE * timeoutMs;
    return { result: isTooShort ? 'inconclusive' : result, resolved };
  }

  private async connectTo(
    { host, httpPort }: Endpoint,
    addresses: readonly string[],
    leftMs: number,
  ): Promise<ProbeResult> {
    const { connect, policy } = this.parts;
    const allowed = addresses.filter(
      (address) => policy.addressRefusal(host, address) === undefined,
    );
    if (allowed.length === 0) return 'forbidden';
    if (leftMs <= 0) return 'inconclusive';
    const { signal } = this.stopping;
    const attempts = await Promise.all(
      allowed.slice(0, ADDRESSES_MAX).map((address) => connect(address, httpPort, leftMs, signal)),
    );
    return attempts.reduce((best, attempt) => (WEIGHT[attempt] > WEIGHT[best] ? attempt : best));
  }

  private pause(ms: number): Promise<void> {
    const { signal } = this.stopping;
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
    });
  }
}

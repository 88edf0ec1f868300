import type { Endpoint, EndpointPolicy, ProbeResult } from '@rollcall/domain';
import { setMaxListeners } from 'node:events';
import type { HostAddresses } from './host-addresses';
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
    const first = await this.tryOnce(endpoint);
    if (first === 'answered' || first === 'forbidden') return first;
    await this.pause(timeoutMs - (now() - startedAtMs));
    const second = await this.tryOnce(endpoint);
    if (second === 'answered' || second === 'forbidden') return second;
    if (first === 'inconclusive' || second === 'inconclusive') return 'inconclusive';
    return first === 'refused' && second === 'refused' ? 'refused' : 'silent';
  }

  /** Whatever is under way ends at once, and says nothing. */
  stop(): void {
    this.stopping.abort();
  }

  private async tryOnce(endpoint: Endpoint): Promise<ProbeResult> {
    const { addresses, connect, policy, timeoutMs, now } = this.parts;
    const { host, httpPort } = endpoint;
    const startedAtMs = now();
    const resolved = await this.inTime(addresses.of(host), timeoutMs);
    if (resolved === undefined || resolved.kind === 'trouble') return 'inconclusive';
    if (resolved.kind === 'unknown') return 'silent';
    const allowed = resolved.addresses.filter(
      (address) => policy.addressRefusal(host, address) === undefined,
    );
    if (allowed.length === 0) return 'forbidden';
    const leftMs = timeoutMs - (now() - startedAtMs);
    if (leftMs <= 0) return 'inconclusive';
    const { signal } = this.stopping;
    const attempts = await Promise.all(
      allowed.slice(0, ADDRESSES_MAX).map((address) => connect(address, httpPort, leftMs, signal)),
    );
    return attempts.reduce((best, attempt) => (WEIGHT[attempt] > WEIGHT[best] ? attempt : best));
  }

  private async inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, undefined);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
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

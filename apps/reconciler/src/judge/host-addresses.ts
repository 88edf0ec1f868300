import { parseIpAddress } from '@rollcall/domain';
import { lookup } from 'node:dns/promises';
import { Gate } from './gate';

/** What a name resolves to. */
export type Resolved =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** There is no such name. */
  | { readonly kind: 'unknown' }
  /** The name service has trouble, or did not answer in time. */
  | { readonly kind: 'trouble' };

/** Resolves the name as programs on this machine do; an error carries a code. */
export type LookUp = (name: string) => Promise<readonly { readonly address: string }[]>;

const lookUpHere: LookUp = (name) => lookup(name, { all: true, verbatim: true });

/**
 * Lookups run on a pool of four threads, and stay there for as long as the name service is silent: one is left to
 * others, such as the connections to Redis.
 */
const LOOKUPS_MAX = 3;
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);
const TROUBLE: Resolved = { kind: 'trouble' };

interface Lookup {
  waiting: number;
  readonly resolved: Promise<Resolved>;
}

/**
 * The addresses of hosts. A name that is being resolved already is not resolved once more, and one that nobody waits for
 * any more when its turn comes is not at all: nothing piles up.
 */
export class HostAddresses {
  private readonly gate = new Gate(LOOKUPS_MAX);
  private readonly underWay = new Map<string, Lookup>();

  constructor(private readonly lookUp: LookUp = lookUpHere) {}

  /** An address is its own; never rejects. */
  async of(host: string, timeoutMs: number): Promise<Resolved> {
    if (parseIpAddress(host) !== undefined) return { kind: 'addresses', addresses: [host] };
    const lookup = this.underWay.get(host) ?? this.begin(host);
    lookup.waiting += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Resolved>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, TROUBLE);
    });
    try {
      return await Promise.race([lookup.resolved, late]);
    } finally {
      clearTimeout(timer);
      lookup.waiting -= 1;
    }
  }

  private begin(host: string): Lookup {
    const resolved: Promise<Resolved> = this.gate
      .run(async () => {
        // Whoever begins a lookup waits for it only after this turn.
        await Promise.resolve();
        return lookup.waiting === 0 ? TROUBLE : this.ask(host);
      })
      .finally(() => this.underWay.delete(host));
    const lookup: Lookup = { waiting: 0, resolved };
    this.underWay.set(host, lookup);
    return lookup;
  }

  private async ask(host: string): Promise<Resolved> {
    try {
      const found = await this.lookUp(host);
      return {
        kind: 'addresses',
        addresses: [...new Set(found.map(({ address }) => address))],
      };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { kind: code !== undefined && NO_SUCH_NAME.has(code) ? 'unknown' : 'trouble' };
    }
  }
}

import { parseIpAddress } from '@rollcall/domain';
import { lookup } from 'node:dns/promises';
import { Gate } from './gate';

/** What a name resolves to. */
export type Resolved =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** There is no such name. */
  | { readonly kind: 'unknown' }
  /** The name service has trouble. */
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

/** The addresses of hosts. A name that is being resolved already is not resolved once more: nothing piles up. */
export class HostAddresses {
  private readonly gate = new Gate(LOOKUPS_MAX);
  private readonly underWay = new Map<string, Promise<Resolved>>();

  constructor(private readonly lookUp: LookUp = lookUpHere) {}

  /** An address is its own; never rejects, and takes as long as the name service does. */
  of(host: string): Promise<Resolved> {
    if (parseIpAddress(host) !== undefined) {
      return Promise.resolve({ kind: 'addresses', addresses: [host] });
    }
    const known = this.underWay.get(host);
    if (known) return known;
    const resolved = this.gate
      .run(() => this.lookUp(host))
      .then(
        (found): Resolved => ({
          kind: 'addresses',
          addresses: [...new Set(found.map(({ address }) => address))],
        }),
        ({ code }: NodeJS.ErrnoException): Resolved => ({
          kind: code !== undefined && NO_SUCH_NAME.has(code) ? 'unknown' : 'trouble',
        }),
      )
      .finally(() => this.underWay.delete(host));
    this.underWay.set(host, resolved);
    return resolved;
  }
}

import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** An address that did not do is asked last for so long. */
const AVOIDED_MS = 30_000;
/** A report has a second in all; who knows addresses waits no longer for better ones. */
const PATIENCE_MS = 100;

export interface DoorAddressesOptions {
  /** Finds every address of a name. */
  readonly resolve?: (hostname: string) => Promise<LookupAddress[]>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A monotonic clock. */
  readonly now?: () => number;
}

/**
 * The addresses behind a door's name, in the order they are to be tried: at random, so that the agents spread over the
 * doors, and those that have failed lately last. While names cannot be resolved, or take their time, the last known ones
 * are good.
 */
export class DoorAddresses {
  private readonly avoidedUntilMs = new Map<string, number>();
  private known?: LookupAddress[];
  private asking?: Promise<LookupAddress[]>;

  constructor(private readonly options: DoorAddressesOptions) {}

  /** In the form that Node's connections take. */
  readonly lookup: LookupFunction = (hostname, { all }, callback) => {
    this.find(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, [], 0),
    );
  };

  /** Notes that nothing came of this one. */
  failed(address: string | undefined): void {
    if (address !== undefined) this.avoidedUntilMs.set(address, this.now() + AVOIDED_MS);
  }

  private async find(hostname: string): Promise<LookupAddress[]> {
    // One question at a time: a name server that hangs must not fill up the threads of this process.
    this.asking ??= this.ask(hostname).finally(() => (this.asking = undefined));
    const { known } = this;
    if (!known) return this.inOrder(await this.asking);
    const sooner = this.asking.catch(() => known);
    return this.inOrder(await Promise.race([sooner, delay(PATIENCE_MS, known, { ref: false })]));
  }

  private async ask(hostname: string): Promise<LookupAddress[]> {
    const { resolve = resolveAll } = this.options;
    return (this.known = await resolve(hostname));
  }

  private inOrder(addresses: readonly LookupAddress[]): LookupAddress[] {
    const nowMs = this.now();
    for (const [address, untilMs] of this.avoidedUntilMs) {
      if (untilMs <= nowMs) this.avoidedUntilMs.delete(address);
    }
    return addresses
      .map((each) => ({
        each,
        rank: (this.avoidedUntilMs.get(each.address) ?? 0) + this.options.random(),
      }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ each }) => each);
  }

  private now(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}

function resolveAll(hostname: string): Promise<LookupAddress[]> {
  return systemLookup(hostname, { all: true });
}

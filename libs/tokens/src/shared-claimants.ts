import {
  askingServerAmong,
  type AskingServer,
  type LocalId,
  type ServerId,
  type TokenStore,
} from '@rollcall/domain';

/** How long a list is good for others, from the moment it was asked for. */
const SHARED_MS = 1_000;

/** Fewer claimants are read in no time, and are not kept: ids that nobody has cannot push out the one that all have. */
const KEPT_FROM = 20;

/** Lists that are kept at once; one more takes the place of the oldest. */
const KEPT_MAX = 100;

interface Kept {
  readonly askingServer: AskingServer;
  readonly untilMs: number;
}

/**
 * Finds out which server asks. Every host may have a `console`, and the list of all of them is long: it is read once
 * for all that ask at the same time and in the second after. A second old is good enough: the list tells only which
 * server is meant, and an address seldom changes hands, while what a token opens there is read anew for each question,
 * so that what was closed, revoked or evicted in this second is void all the same.
 */
export class SharedClaimants {
  private readonly underWay = new Map<LocalId, Promise<AskingServer>>();
  private readonly kept = new Map<LocalId, Kept>();

  /** `now` is a monotonic clock. */
  constructor(
    private readonly store: Pick<TokenStore, 'findClaimants'>,
    private readonly now: () => number,
  ) {}

  /** Undefined when no server, or more than one, may have asked. Rejects as the store does. */
  async findAsker(session: LocalId, sourceAddress: string): Promise<ServerId | undefined> {
    const askingServer = this.recall(session) ?? (await this.share(session));
    return askingServer(sourceAddress);
  }

  private recall(session: LocalId): AskingServer | undefined {
    const kept = this.kept.get(session);
    return kept && this.now() < kept.untilMs ? kept.askingServer : undefined;
  }

  private share(session: LocalId): Promise<AskingServer> {
    const underWay = this.underWay.get(session);
    if (underWay) return underWay;
    const reading = this.read(session).finally(() => this.underWay.delete(session));
    this.underWay.set(session, reading);
    return reading;
  }

  private async read(session: LocalId): Promise<AskingServer> {
    const untilMs = this.now() + SHARED_MS;
    const claimants = await this.store.findClaimants(session);
    const askingServer = askingServerAmong(claimants);
    if (claimants.length >= KEPT_FROM) this.keep(session, { askingServer, untilMs });
    return askingServer;
  }

  private keep(session: LocalId, list: Kept): void {
    // Those that are no longer good go first: the map has them in the order in which they were kept.
    this.kept.delete(session);
    for (const [oldest, { untilMs }] of this.kept) {
      if (untilMs > this.now() && this.kept.size < KEPT_MAX) break;
      this.kept.delete(oldest);
    }
    this.kept.set(session, list);
  }
}

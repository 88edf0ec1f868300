import type { Destination, Endpoint, LocalId, Resolution, ServerId } from '@rollcall/domain';
import { belief, claimantsOf, wordOf, type Facts, type Word } from './facts';

/** What a resolver was asked, and how it stood with it. */
export interface Lookup {
  readonly server: ServerId | undefined;
  readonly local: LocalId;
  readonly resolution: Resolution;
  /** Whether its own renewals got through. */
  readonly renewing: boolean;
  readonly permits: (endpoint: Endpoint) => boolean;
  /** Its host has reported it at its time all along, and no operator has struck the host off. */
  readonly isSteady: boolean;
}

/** What can be said of the id that was asked for, by what was acknowledged meanwhile. */
export function sightOf(lookup: Lookup, window: readonly Facts[]): Sight {
  const { server } = lookup;
  return server === undefined
    ? new BareSight(lookup, window)
    : new HostSight(lookup, window, server);
}

/** What can be said of one id from what was acknowledged. */
export abstract class Sight {
  constructor(
    protected readonly lookup: Lookup,
    protected readonly window: readonly Facts[],
  ) {}

  /** Whom it has to lead to all the time, if anybody. */
  abstract readonly sure: Owner | undefined;
  /** Why its answer may say that there is no such session, although the roll need not be settled. */
  abstract readonly isDenied: boolean;
  /** Why it is wrong to lead there, backed by a lease or a hold; undefined when it is right. */
  abstract believedProblem(destination: Destination, word: Word, facts: Facts): string | undefined;
  /** Who is remembered for it when nobody is believed with it. */
  abstract remembered(facts: Facts): Owner | undefined;

  get maySettle(): boolean {
    return this.window.some((facts) => facts.maySettle);
  }

  get mustSettle(): boolean {
    return this.window.every((facts) => facts.mustSettle);
  }

  /** Who is remembered all the time, while the roll cannot be settled. */
  get surelyRemembered(): Owner | undefined {
    const owners = this.window.map((facts) => this.remembered(facts));
    const [first] = owners;
    return owners.every((owner) => owner?.server === first?.server) ? first : undefined;
  }

  someFacts(holds: (facts: Facts) => boolean): boolean {
    return this.window.some(holds);
  }

  wordsOf(server: ServerId): Word[] {
    return this.window.flatMap((facts) => wordOf(facts, server) ?? []);
  }

  /** The same of whoever may still be remembered, though nothing of it need be. */
  perhapsForgotten(server: ServerId): Word[] {
    return this.window.flatMap((facts) =>
      facts.perhapsForgotten.filter((word) => word.server === server),
    );
  }

  protected alwaysSame(owner: (facts: Facts) => Owner | undefined): Owner | undefined {
    const owners = this.window.map(owner);
    const last = owners.at(-1);
    return owners.every((each) => each && each.server === last?.server) ? last : undefined;
  }
}

/** A server that an id leads to, by its newest word. */
export interface Owner {
  readonly server: ServerId;
  readonly word: Word;
}

/** A qualified id: what its host has said decides alone. */
class HostSight extends Sight {
  constructor(
    lookup: Lookup,
    window: readonly Facts[],
    private readonly server: ServerId,
  ) {
    super(lookup, window);
  }

  get sure(): Owner | undefined {
    return this.alwaysSame((facts) => {
      const owner = this.remembered(facts);
      return owner && belief(owner.word, facts.nowMs) === 'yes' ? owner : undefined;
    });
  }

  get isDenied(): boolean {
    return this.window.some((facts) => {
      const word = wordOf(facts, this.server);
      return (
        word?.list !== undefined &&
        !word.list.includes(this.lookup.local) &&
        belief(word, facts.nowMs) !== 'no'
      );
    });
  }

  believedProblem(_: Destination, word: Word, facts: Facts): string | undefined {
    return belief(word, facts.nowMs) === 'no' ? 'its lease is over' : undefined;
  }

  remembered(facts: Facts): Owner | undefined {
    const word = wordOf(facts, this.server);
    return word?.list?.includes(this.lookup.local) ? { server: this.server, word } : undefined;
  }
}

/** A bare id: whoever claims it alone. */
class BareSight extends Sight {
  get sure(): Owner | undefined {
    return this.alwaysSame((facts) => {
      const [sole, ...others] = claimantsOf(facts, this.lookup.local);
      if (!sole || others.length > 0 || sole.belief !== 'yes') return undefined;
      return facts.owners.get(this.lookup.local) === sole.server ? sole : undefined;
    });
  }

  get isDenied(): boolean {
    const { local, resolution } = this.lookup;
    if (resolution.kind !== 'not-found' || resolution.reason !== 'ambiguous') return false;
    return this.window.some(
      (facts) => facts.contested.has(local) || claimantsOf(facts, local).length > 1,
    );
  }

  believedProblem(destination: Destination, word: Word, facts: Facts): string | undefined {
    if (belief(word, facts.nowMs) === 'no') return 'its lease is over';
    const rival = claimantsOf(facts, this.lookup.local).find(
      (claimant) =>
        claimant.server !== destination.server && claimant.belief === 'yes' && !claimant.word.held,
    );
    return rival ? `${rival.server} is believed with it as well` : undefined;
  }

  remembered(facts: Facts): Owner | undefined {
    const { local } = this.lookup;
    if (claimantsOf(facts, local).length > 0) return undefined;
    const server = facts.owners.get(local);
    const word = server && wordOf(facts, server);
    return server && word?.list?.includes(local) ? { server, word } : undefined;
  }
}

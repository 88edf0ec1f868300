import type { Endpoint, Fence, HoldCause, LocalId, ServerId } from '@rollcall/domain';

/** The newest report of a server that the store has acknowledged. */
export interface Word extends Fence {
  readonly endpoint: Endpoint;
  /** Undefined while it has told none since it joined. */
  readonly list: readonly LocalId[] | undefined;
  readonly zone: string;
  readonly leaving: boolean;
  /** When it was applied, by the store's clock. */
  readonly saidAtMs: number;
  /** End of its lease, or of the hold that has extended it. */
  readonly untilMs: number;
  readonly held?: HoldCause;
  /** When the hold began, or was renewed. */
  readonly heldAtMs?: number;
  /** Its place in the story. */
  readonly step: number;
  /** The store's clock has gone back over the end of its lease: it may be believed again, or not. */
  readonly doubtful?: boolean;
}

/** What the store has acknowledged last about a server. */
export type Standing =
  | { readonly kind: 'present'; readonly word: Word }
  /** It was struck off or has withdrawn; only its fence is left. */
  | { readonly kind: 'struck'; readonly fence: Fence; readonly atMs: number };

/** All that was acknowledged, at one moment. */
export interface Facts {
  readonly nowMs: number;
  readonly servers: ReadonlyMap<ServerId, Standing>;
  /** Whom a bare id must lead to while nobody else claims it: it was reported by this server alone on a settled roll. */
  readonly owners: ReadonlyMap<LocalId, ServerId>;
  /** Of whom nothing need be remembered, and something may be, as the store's clock went back before. */
  readonly perhapsForgotten: readonly (Word & { readonly server: ServerId })[];
  /** Bare ids that several servers have claimed at once. */
  readonly contested: ReadonlySet<LocalId>;
  /** Whether every live agent can have reported since the last gap. */
  readonly mayBeHeard: boolean;
  /** Whether the roll can be settled: it was written without a gap for as long as that takes. */
  readonly maySettle: boolean;
  /** Whether it has to be. */
  readonly mustSettle: boolean;
  /** Whether the lapsed can be struck off: the roll is settled for long enough. */
  readonly mayBeJudged: boolean;
  /** Whether they have to be. */
  readonly mustBeJudged: boolean;
}

/** A moment's worth of doubt is left where two ends meet. */
export type Belief = 'yes' | 'no' | 'maybe';

/** Whether a server is within its lease, or held. */
export function belief(word: Word, nowMs: number): Belief {
  if (nowMs > word.untilMs) return 'no';
  return word.doubtful || nowMs === word.untilMs ? 'maybe' : 'yes';
}

/** The newest word of a server that is on the roll. */
export function wordOf(facts: Facts, server: ServerId): Word | undefined {
  const standing = facts.servers.get(server);
  return standing?.kind === 'present' ? standing.word : undefined;
}

/** A server that may be believed with an id. */
export interface Claimant {
  readonly server: ServerId;
  readonly word: Word;
  readonly belief: Belief;
}

/** Everybody who may be believed with a bare id. */
export function claimantsOf(facts: Facts, local: LocalId): Claimant[] {
  const claimants: Claimant[] = [];
  for (const [server, standing] of facts.servers) {
    if (standing.kind !== 'present' || !standing.word.list?.includes(local)) continue;
    const believed = belief(standing.word, facts.nowMs);
    if (believed !== 'no') claimants.push({ server, word: standing.word, belief: believed });
  }
  return claimants;
}

import type { LocalId, ServerId } from './ids';
import type { ReleaseReason } from './belief-store.port';
import type { Fence } from './report';

/** Why a server is struck off. */
export type EvictionReason =
  /** A hold of it has ended. */
  | ReleaseReason
  /** Its lease ran out and nobody renewed it. */
  | 'lapsed'
  /** An operator said so (`rollcall evict`). */
  | 'operator';

/** A server whose lease is over, as a sweep found it. */
export interface LapsedServer {
  readonly server: ServerId;
  /** The report it was last believed for: an eviction counts only while this is still the newest. */
  readonly fence: Fence;
  readonly sessions: readonly LocalId[];
}

/** What a sweep saw, at one moment of the store's clock. */
export interface LapseScan {
  readonly settled: boolean;
  /** Whether it has been settled for half a lease, so that judges have had their turn. */
  readonly judged: boolean;
  /** The longest lapsed first, at most as many as were asked for. */
  readonly lapsed: readonly LapsedServer[];
  /** How many are lapsed in all. */
  readonly total: number;
}

/** Whom a sweep may evict, and why it spares whom it spares. */
export interface EvictionPlan {
  readonly evict: readonly LapsedServer[];
  readonly spared: number;
  readonly sparedBecause?: 'unsettled';
}

/** What became of one eviction. */
export type EvictionOutcome =
  | { readonly kind: 'evicted'; readonly sessions: number }
  /** A report arrived in between, and wins. */
  | { readonly kind: 'renewed' }
  /** The roll was not settled, or not judged, when the eviction arrived. */
  | { readonly kind: 'unsettled' }
  /** Another reconciler's last probe of it was good. */
  | { readonly kind: 'vouched' }
  /** Its zone is protected, and its death not confirmed. */
  | { readonly kind: 'protected' }
  /** Somebody else has evicted it, or it was never there. */
  | { readonly kind: 'gone' };

/** Decides whom a sweep evicts: nobody until the roll is judged, for silence alone is no evidence before. */
export function planEvictions(scan: LapseScan): EvictionPlan {
  if (!scan.judged) return { evict: [], spared: scan.lapsed.length, sparedBecause: 'unsettled' };
  return { evict: scan.lapsed, spared: 0 };
}

import type { ServerId } from './ids';
import type { Identities, IdentityDigest, IdentityRecord } from './server-identity';

/** Every identity, at one moment. */
export interface IdentitySnapshot {
  /** Names this state; no other has the same name. */
  readonly version: string;
  readonly identities: Identities;
}

/** What became of a revocation. */
export interface Revocation {
  /** How many tokens are void by it. */
  readonly voided: number;
}

/**
 * Who may report as which server through a report door. Every method rejects with `StoreUnavailableError` when the store
 * does not answer.
 */
export interface IdentityStore {
  /** Every record, or undefined when the state is still the one that `known` names. */
  read(known?: string): Promise<IdentitySnapshot | undefined>;
  /**
   * Makes a token good for a server, and takes a revocation back. The token that is one more than
   * `TOKENS_PER_SERVER_MAX`, the oldest, is void.
   */
  issue(server: ServerId, digest: IdentityDigest): Promise<Revocation>;
  /**
   * Voids every token of a server, and has certificates of its name refused; or, of two tokens, voids the older one
   * alone. Works in a full store, too.
   */
  revoke(server: ServerId, what: 'everything' | 'older-token'): Promise<Revocation>;
  /** Takes a revocation back without a token: for servers that have a certificate. Tells whether there was one. */
  admit(server: ServerId): Promise<boolean>;
  /** Writes back what the store has lost, unless it holds something later by now. */
  restore(records: readonly IdentityRecord[]): Promise<void>;
}

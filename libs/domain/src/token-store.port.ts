import type {
  Claimant,
  GrantOutcome,
  SessionName,
  TokenDigest,
  TokenGrant,
} from './connection-token';
import type { LocalId } from './ids';

/**
 * What connection tokens need of the store. A session's tokens go with it, in the same step that closes, withdraws or
 * evicts it, and a session that opens has none. Every method rejects with `StoreUnavailableError` when the store does
 * not answer.
 */
export interface TokenStore {
  /**
   * Makes a token good for one session, for so long by the store's clock, provided that its server is on the roll, late
   * or not, and lists it: a session that closed since it was looked up is given none. Of more than `TOKENS_PER_SESSION_MAX` of one
   * session the others that would end first are void. Throws a `TypeError` when `grantProblem` has something against it.
   */
  grantToken(
    session: SessionName,
    digest: TokenDigest,
    grant: TokenGrant,
    ttlMs: number,
  ): Promise<GrantOutcome>;
  /** What a token is good for at this session; undefined when it is not, or not any more. Writes nothing. */
  findGrant(session: SessionName, digest: TokenDigest): Promise<TokenGrant | undefined>;
  /** Voids a session's tokens, all of them or one user's; tells how many. */
  revokeTokens(session: SessionName, user?: string): Promise<number>;
  /**
   * Counts a wrong token from an address; tells how many came from there in the window, this one included. Beyond
   * `GUESSES_MAX` nothing is written any more, and the number stays at one more.
   */
  countGuess(sourceAddress: string): Promise<number>;
  /** Every server that has this local id by its bare form, or is last known to have had it alone. */
  findClaimants(session: LocalId): Promise<readonly Claimant[]>;
}

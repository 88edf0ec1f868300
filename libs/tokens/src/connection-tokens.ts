import {
  grantProblem,
  GUESSES_MAX,
  isClientAddress,
  isLocalId,
  storeFailure,
  type ServerId,
  type SessionName,
  type TokenGrant,
  type TokenStore,
} from '@rollcall/domain';
import { SharedClaimants } from './shared-claimants';
import { hasTokenForm, mintToken, tokenDigest } from './token-digest';

/** What a DCV server asks about a client that has come with a token. */
export interface TokenQuestion {
  /** The server that asks; undefined when it did not say, and has to be found out. */
  readonly server?: ServerId;
  /** The address that the question comes from; an IPv6 zone behind it is passed over. */
  readonly sourceAddress: string;
  /** The session's local id, as the server knows it. */
  readonly session: string;
  readonly token: string;
  /** The client's address, as the server sees it. */
  readonly clientAddress?: string;
}

/** Why a client is not let in. */
export type TokenRefusal =
  /** No token, or a session id that no session can have. */
  | 'malformed'
  /** The server did not name itself, and could not be told from others. */
  | 'unknown-host'
  /** Not a token of this session, or not any more. */
  | 'wrong-token'
  /** The token is good, but for another client. */
  | 'wrong-client'
  /** A wrong token again, after more than `GUESSES_MAX` in a minute from the same address. */
  | 'too-many-guesses';

/** Whether a client is let in, and as whom. */
export type TokenVerdict =
  | { readonly kind: 'yes'; readonly server: ServerId; readonly user: string }
  | { readonly kind: 'no'; readonly reason: TokenRefusal };

/** A token was asked for that cannot be granted; the sentence says why. */
export class InvalidGrantError extends Error {
  readonly code = 'INVALID_GRANT';

  constructor(problem: string) {
    super(problem);
    this.name = 'InvalidGrantError';
  }
}

/** Makes tokens and judges them. What they are good for is the store's to know, and nobody else's. */
export class ConnectionTokens {
  private readonly claimants: SharedClaimants;

  /** `now` is a monotonic clock. */
  constructor(
    private readonly store: TokenStore,
    now: () => number = () => performance.now(),
  ) {
    this.claimants = new SharedClaimants(store, now);
  }

  /**
   * A new token for one session; this is the only time that anybody sees it. Undefined when the session is not on the
   * roll, or not any more since it was looked up.
   * @throws InvalidGrantError when the user, the client's address or the time is none.
   */
  async issue(session: SessionName, grant: TokenGrant, ttlMs: number): Promise<string | undefined> {
    const problem = grantProblem(grant, ttlMs);
    if (problem !== undefined) throw new InvalidGrantError(problem);
    const token = mintToken();
    const outcome = await this.store.grantToken(session, tokenDigest(token), grant, ttlMs);
    return outcome === 'granted' ? token : undefined;
  }

  /**
   * Judges a token. A wrong one counts as a guess of the address it came from, whatever it looks like; a right one is
   * good however many wrong ones came before it. Rejects with `StoreUnavailableError` when the store cannot be read.
   */
  async verify(question: TokenQuestion): Promise<TokenVerdict> {
    const { session, token } = question;
    const sourceAddress = withoutZone(question.sourceAddress);
    if (token === '' || !isLocalId(session)) return { kind: 'no', reason: 'malformed' };
    // Before anything is read for it: nobody needs to know the asker of what was never a token.
    if (!hasTokenForm(token)) return this.refuseGuess(sourceAddress, 'wrong-token');
    const server = question.server ?? (await this.claimants.findAsker(session, sourceAddress));
    if (server === undefined) return { kind: 'no', reason: 'unknown-host' };
    const grant = await this.store.findGrant({ server, session }, tokenDigest(token));
    if (grant === undefined) return this.refuseGuess(sourceAddress, 'wrong-token');
    if (!isFor(grant, question.clientAddress)) {
      return this.refuseGuess(sourceAddress, 'wrong-client');
    }
    return { kind: 'yes', server, user: grant.user };
  }

  /** Counting is a courtesy to the log and a brake: the token is wrong whether it could be counted or not. */
  private async refuseGuess(sourceAddress: string, reason: TokenRefusal): Promise<TokenVerdict> {
    const guesses = await this.store.countGuess(sourceAddress).catch((error: unknown) => {
      if (storeFailure(error) === undefined) throw error;
      return 0;
    });
    return { kind: 'no', reason: guesses > GUESSES_MAX ? 'too-many-guesses' : reason };
  }
}

function isFor({ clientAddress: bound }: TokenGrant, clientAddress: string | undefined): boolean {
  return bound === undefined || isClientAddress(bound, clientAddress);
}

/** `fe80::1%eth0` as the network knows it: a zone is this machine's name for a link. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/s, '');
}

import type { LocalId, ServerId, SessionName, TokenDigest } from '@rollcall/domain';
import { both, isBefore, type Certainty, type Moments } from './moments';

/** A token that was granted, and whether its session has been the same since. */
export interface TokenTruth {
  readonly session: SessionName;
  readonly digest: TokenDigest;
  readonly endsAt: Moments;
  readonly isKept: Certainty;
}

const TOKENS_MAX = 40;

/** What must be true of the newest tokens. */
export class TokenOracle {
  private tokens: TokenTruth[] = [];

  granted(session: SessionName, digest: TokenDigest, endsAt: Moments): void {
    this.tokens = [...this.tokens, { session, digest, endsAt, isKept: 'yes' as const }].slice(
      -TOKENS_MAX,
    );
  }

  /** These sessions were closed, or opened: their tokens are void. */
  ended(server: ServerId, sessions: readonly LocalId[]): void {
    this.change(server, (session) => sessions.includes(session), 'no');
  }

  /** The store may have forgotten the server, and with it what its sessions were. */
  doubted(server: ServerId): void {
    this.change(server, () => true, 'maybe');
  }

  lostEverything(): void {
    this.tokens = this.tokens.map((token) => ({ ...token, isKept: 'no' }));
  }

  /** The tokens that are still looked at. */
  newest(): readonly TokenTruth[] {
    return this.tokens;
  }

  /** Whether a token has to be good. */
  isGood({ isKept, endsAt }: TokenTruth, now: Moments): Certainty {
    return both(isKept, isBefore(now, endsAt));
  }

  private change(server: ServerId, concerns: (session: LocalId) => boolean, isKept: Certainty) {
    this.tokens = this.tokens.map((token) => {
      const isConcerned = token.session.server === server && concerns(token.session.session);
      return isConcerned && token.isKept !== 'no' ? { ...token, isKept } : token;
    });
  }
}

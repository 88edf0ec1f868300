import {
  GUESS_WINDOW_MS,
  GUESSES_MAX,
  parseIpAddress,
  qualifiedId,
  TOKENS_PER_SESSION_MAX,
  type IpAddress,
  type SessionName,
  type TokenDigest,
  type TokenGrant,
} from '@rollcall/domain';

type Granted = TokenGrant & { readonly endsAtMs: number };

interface Guesses {
  readonly count: number;
  readonly endsAtMs: number;
}

/** The tokens of every session, and the wrong ones that came from each address. */
export class TokenLedger {
  private readonly tokens = new Map<string, Map<TokenDigest, Granted>>();
  private readonly guesses = new Map<IpAddress | undefined, Guesses>();

  grant(
    session: SessionName,
    digest: TokenDigest,
    { user, clientAddress }: TokenGrant,
    endsAtMs: number,
    nowMs: number,
  ): void {
    const others = this.good(session, nowMs)
      .filter(([other]) => other !== digest)
      .sort(([, one], [, other]) => one.endsAtMs - other.endsAtMs);
    const kept = others.slice(Math.max(0, others.length + 1 - TOKENS_PER_SESSION_MAX));
    this.tokens.set(
      keyOf(session),
      new Map([...kept, [digest, { user, clientAddress, endsAtMs }]]),
    );
  }

  find(session: SessionName, digest: TokenDigest, nowMs: number): TokenGrant | undefined {
    const granted = this.tokens.get(keyOf(session))?.get(digest);
    if (granted === undefined || granted.endsAtMs <= nowMs) return undefined;
    const { user, clientAddress } = granted;
    return clientAddress === undefined ? { user } : { user, clientAddress };
  }

  /** Voids a session's tokens, all or one user's; tells how many. */
  void(session: SessionName, nowMs: number, user?: string): number {
    const good = this.good(session, nowMs);
    const kept = good.filter(([, grant]) => user !== undefined && grant.user !== user);
    this.tokens.set(keyOf(session), new Map(kept));
    return good.length - kept.length;
  }

  countGuess(sourceAddress: string, nowMs: number): number {
    const source = parseIpAddress(sourceAddress);
    const before = this.guesses.get(source);
    const counts = before !== undefined && nowMs < before.endsAtMs;
    const { count, endsAtMs } = counts ? before : { count: 0, endsAtMs: nowMs + GUESS_WINDOW_MS };
    const after = Math.min(count + 1, GUESSES_MAX + 1);
    this.guesses.set(source, { count: after, endsAtMs });
    return after;
  }

  private good(session: SessionName, nowMs: number): [TokenDigest, Granted][] {
    const granted = this.tokens.get(keyOf(session)) ?? [];
    return [...granted].filter(([, { endsAtMs }]) => nowMs < endsAtMs);
  }
}

function keyOf({ server, session }: SessionName): string {
  return qualifiedId(server, session);
}

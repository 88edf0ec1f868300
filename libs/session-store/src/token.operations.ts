import {
  GUESS_WINDOW_MS,
  grantProblem,
  GUESSES_MAX,
  parseIpAddress,
  TOKENS_PER_SESSION_MAX,
  type Claimant,
  type GrantOutcome,
  type LocalId,
  type ServerId,
  type SessionName,
  type TokenDigest,
  type TokenGrant,
} from '@rollcall/domain';
import { CONTESTED, decodeBareAnswer, decodeContestant, decodeKnownOwner } from './answer.codec';
import type { StoreContext } from './store-context';

/** Connection tokens; see the port. When one ends is for Redis's clock to say, in the scripts. */
export class TokenOperations {
  constructor(private readonly context: StoreContext) {}

  async grantToken(
    session: SessionName,
    digest: TokenDigest,
    grant: TokenGrant,
    ttlMs: number,
  ): Promise<GrantOutcome> {
    const problem = grantProblem(grant, ttlMs);
    if (problem !== undefined) throw new TypeError(problem);
    const { keys, runner, script } = this.context;
    const { user, clientAddress = '' } = grant;
    const scriptKeys = [keys.tokens(session), keys.record(session.server)];
    const granted = `${user}\t${clientAddress}`;
    const args = [session.session, digest, granted, ttlMs, TOKENS_PER_SESSION_MAX];
    const outcome = await runner.run('grantToken', () => script('grantToken', scriptKeys, args));
    return outcome as GrantOutcome;
  }

  async findGrant(session: SessionName, digest: TokenDigest): Promise<TokenGrant | undefined> {
    const { keys, runner, script } = this.context;
    const found = await runner.run('findGrant', () =>
      script('findGrant', [keys.tokens(session)], [digest]),
    );
    if (found === null) return undefined;
    const [user, clientAddress] = found as [string, string];
    return clientAddress === '' ? { user } : { user, clientAddress };
  }

  async revokeTokens(session: SessionName, user?: string): Promise<number> {
    const { keys, runner, script } = this.context;
    const args = user === undefined ? [] : [user];
    const revoked = await runner.run('revokeTokens', () =>
      script('revokeTokens', [keys.tokens(session)], args),
    );
    return Number(revoked);
  }

  async countGuess(sourceAddress: string): Promise<number> {
    const { keys, runner, script } = this.context;
    const key = keys.guesses(parseIpAddress(sourceAddress));
    const guesses = await runner.run('countGuess', () =>
      script('countGuess', [key], [GUESSES_MAX, GUESS_WINDOW_MS]),
    );
    return Number(guesses);
  }

  async findClaimants(session: LocalId): Promise<readonly Claimant[]> {
    const { redis, keys, runner } = this.context;
    const [bare = null, known = null] = await runner.run('mget', () =>
      redis.mget(keys.bare(session), keys.known(session)),
    );
    if (bare?.startsWith(CONTESTED)) return this.findContestants(session);
    return soleClaimant(bare, known, session);
  }

  private async findContestants(session: LocalId): Promise<readonly Claimant[]> {
    const { redis, keys, runner } = this.context;
    const contest = await runner.run('hgetall', () => redis.hgetall(keys.contest(session)));
    return Object.entries(contest)
      .filter(([server]) => server !== '')
      .map(([server, answer]) => ({
        server: server as ServerId,
        endpoint: decodeContestant(answer),
      }));
  }
}

function soleClaimant(bare: string | null, known: string | null, session: LocalId): Claimant[] {
  const found = bare === null ? decodeKnownOwner(known, session) : decodeBareAnswer(bare, session);
  if (!('destination' in found)) return [];
  const { server, endpoint } = found.destination;
  return [{ server, endpoint }];
}

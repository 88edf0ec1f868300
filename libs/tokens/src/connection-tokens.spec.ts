import {
  GUESSES_MAX,
  StoreUnavailableError,
  type Claimant,
  type GrantOutcome,
  type LocalId,
  type ServerId,
  type SessionName,
  type TokenDigest,
  type TokenGrant,
  type TokenStore,
} from '@rollcall/domain';
import { ConnectionTokens, type TokenQuestion } from './connection-tokens';

const gpu1 = 'gpu-1' as ServerId;
const gpu2 = 'gpu-2' as ServerId;
const console_ = 'console' as LocalId;
const session: SessionName = { server: gpu1, session: console_ };
const NEVER_ISSUED = 'A'.repeat(43);
const HOUR_MS = 3_600_000;

/** Keeps what it is told; what a real store does beyond that is told by its conformance suite. */
class NotedTokens implements TokenStore {
  readonly grants = new Map<string, TokenGrant>();
  readonly ttls: number[] = [];
  readonly guesses = new Map<string, number>();
  claimants: Claimant[] = [];
  refusesWrites = false;
  hasSession = true;

  async grantToken(
    name: SessionName,
    digest: TokenDigest,
    grant: TokenGrant,
    ttlMs: number,
  ): Promise<GrantOutcome> {
    if (!this.hasSession) return 'no-session';
    this.grants.set(this.key(name, digest), grant);
    this.ttls.push(ttlMs);
    return 'granted';
  }

  async findGrant(name: SessionName, digest: TokenDigest) {
    return this.grants.get(this.key(name, digest));
  }

  async revokeTokens() {
    return 0;
  }

  async countGuess(sourceAddress: string) {
    if (this.refusesWrites) throw new StoreUnavailableError('refused');
    const count = (this.guesses.get(sourceAddress) ?? 0) + 1;
    this.guesses.set(sourceAddress, count);
    return count;
  }

  async findClaimants() {
    return this.claimants;
  }

  private key({ server, session }: SessionName, digest: TokenDigest): string {
    return `${server}~${session} ${digest}`;
  }
}

let store: NotedTokens;
let tokens: ConnectionTokens;

beforeEach(() => {
  store = new NotedTokens();
  tokens = new ConnectionTokens(store);
});

async function issued(grant: TokenGrant, ttlMs: number): Promise<string> {
  const token = await tokens.issue(session, grant, ttlMs);
  if (token === undefined) throw new Error('there is no such session');
  return token;
}

function asked(question: Partial<TokenQuestion>) {
  return tokens.verify({
    server: gpu1,
    sourceAddress: '10.0.0.1',
    session: 'console',
    token: NEVER_ISSUED,
    ...question,
  });
}

function claimedBy(server: ServerId, host: string): Claimant {
  return { server, endpoint: { host, httpPort: 8443, quicPort: 0, webUrlPath: '/' } };
}

describe('a token', () => {
  it('is good for its session and user, again and again', async () => {
    const token = await issued({ user: 'CORP\\alice' }, HOUR_MS);

    const yes = { kind: 'yes', server: gpu1, user: 'CORP\\alice' };
    expect(await asked({ token })).toEqual(yes);
    expect(await asked({ token, clientAddress: '192.0.2.1' })).toEqual(yes);
  });

  it('never reaches the store itself', async () => {
    const token = await issued({ user: 'alice' }, HOUR_MS);

    expect(store.ttls).toEqual([HOUR_MS]);
    expect([...store.grants.keys()].join()).not.toContain(token);
  });

  it("is not good for another session, nor for another server's session of the same name", async () => {
    const token = await issued({ user: 'alice' }, HOUR_MS);

    const no = { kind: 'no', reason: 'wrong-token' };
    expect(await asked({ token, session: 'cad' })).toEqual(no);
    expect(await asked({ token, server: gpu2 })).toEqual(no);
  });

  it('that is bound to a client is good from its address alone', async () => {
    const grant = { user: 'alice', clientAddress: '192.0.2.1' };
    const token = await issued(grant, HOUR_MS);

    expect(await asked({ token, clientAddress: '::ffff:192.0.2.1' })).toMatchObject({
      kind: 'yes',
    });
    const no = { kind: 'no', reason: 'wrong-client' };
    expect(await asked({ token, clientAddress: '192.0.2.2' })).toEqual(no);
    expect(await asked({ token })).toEqual(no);
    expect(store.guesses.get('10.0.0.1')).toBe(2);
  });

  it('is not issued for a session that the store does not have', async () => {
    store.hasSession = false;

    expect(await tokens.issue(session, { user: 'alice' }, HOUR_MS)).toBeUndefined();
  });

  it.each([
    [{ user: '' }, HOUR_MS, /user name/],
    [{ user: 'a\nb' }, HOUR_MS, /user name/],
    [{ user: 'a'.repeat(257) }, HOUR_MS, /user name/],
    [{ user: 'alice', clientAddress: 'laptop.example' }, HOUR_MS, /client address/],
    [{ user: 'alice', clientAddress: '' }, HOUR_MS, /client address/],
    [{ user: 'alice' }, 0, /time/],
    [{ user: 'alice' }, Number.NaN, /time/],
  ])('is not issued for %j and %d ms', async (grant, ttlMs, problem) => {
    await expect(tokens.issue(session, grant, ttlMs)).rejects.toThrow(problem);
    await expect(tokens.issue(session, grant, ttlMs)).rejects.toMatchObject({
      code: 'INVALID_GRANT',
    });
    expect(store.grants.size).toBe(0);
  });
});

describe('a question', () => {
  it.each([{ token: '' }, { session: '' }, { session: 'a\u0000b' }, { session: 'x'.repeat(257) }])(
    'is malformed without a token or a session that can be: %j',
    async (question) => {
      expect(await asked(question)).toEqual({ kind: 'no', reason: 'malformed' });
      expect(store.guesses.size).toBe(0);
    },
  );

  it('without a server is that of the one that reported the address it comes from', async () => {
    store.claimants = [claimedBy(gpu1, '10.0.0.1'), claimedBy(gpu2, '10.0.0.2')];
    const token = await issued({ user: 'alice' }, HOUR_MS);
    const from = (sourceAddress: string) => asked({ server: undefined, sourceAddress, token });

    expect(await from('10.0.0.1')).toMatchObject({ kind: 'yes', server: gpu1 });
    expect(await from('10.0.0.2')).toEqual({ kind: 'no', reason: 'wrong-token' });
    expect(await from('10.0.0.3')).toEqual({ kind: 'no', reason: 'unknown-host' });
  });

  it('without a server is that of the only one that has the session', async () => {
    store.claimants = [claimedBy(gpu1, 'gpu-1.example')];
    const token = await issued({ user: 'alice' }, HOUR_MS);

    expect(await asked({ server: undefined, token })).toMatchObject({ kind: 'yes', server: gpu1 });
  });

  it('comes from an address, whatever this machine calls the link to it', async () => {
    store.claimants = [claimedBy(gpu1, 'fe80::1'), claimedBy(gpu2, 'fe80::2')];
    const token = await issued({ user: 'alice' }, HOUR_MS);
    const from = (sourceAddress: string) => asked({ server: undefined, sourceAddress, token });

    expect(await from('fe80::1%eth0')).toMatchObject({ kind: 'yes', server: gpu1 });
    expect(await from('fe80::2%eth0')).toEqual({ kind: 'no', reason: 'wrong-token' });
    expect([...store.guesses]).toEqual([['fe80::2', 1]]);
  });
});

describe('wrong tokens', () => {
  it.each([NEVER_ISSUED, 'short', "' OR 1=1", 'a'.repeat(100_000), 'ü'.repeat(43)])(
    'count as guesses of the address they come from, whatever they look like',
    async (token) => {
      expect(await asked({ token })).toEqual({ kind: 'no', reason: 'wrong-token' });
      expect([...store.guesses]).toEqual([['10.0.0.1', 1]]);
    },
  );

  it('that were never tokens are counted before anybody looks for the host that asks', async () => {
    const find = jest.spyOn(store, 'findClaimants');

    const no = { kind: 'no', reason: 'wrong-token' };
    expect(await asked({ server: undefined, token: 'short' })).toEqual(no);
    expect(find).not.toHaveBeenCalled();
    expect([...store.guesses]).toEqual([['10.0.0.1', 1]]);
  });

  it('have the claimants of a session that all hosts have read once a second', async () => {
    let nowMs = 0;
    tokens = new ConnectionTokens(store, () => nowMs);
    store.claimants = Array.from({ length: 200 }, (_, index) =>
      claimedBy(`gpu-${index}` as ServerId, `10.0.0.${index}`),
    );
    const find = jest.spyOn(store, 'findClaimants');
    const token = await tokens.issue(session, { user: 'alice' }, HOUR_MS);

    for (let count = 0; count < 10; count++) await asked({ server: undefined });
    expect(find).toHaveBeenCalledTimes(1);
    expect(await asked({ server: undefined, token })).toMatchObject({ kind: 'yes', server: gpu1 });
    store.grants.clear();
    expect(await asked({ server: undefined, token })).toMatchObject({ reason: 'wrong-token' });
    expect(find).toHaveBeenCalledTimes(1);
    nowMs += 1_000;
    await asked({ server: undefined });
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('are told apart from too many of them, which right ones do not suffer from', async () => {
    const token = await issued({ user: 'alice' }, HOUR_MS);
    for (let guess = 1; guess <= GUESSES_MAX; guess += 1) {
      expect(await asked({})).toEqual({ kind: 'no', reason: 'wrong-token' });
    }

    expect(await asked({})).toEqual({ kind: 'no', reason: 'too-many-guesses' });
    expect(await asked({ sourceAddress: '10.0.0.2' })).toEqual({
      kind: 'no',
      reason: 'wrong-token',
    });
    expect(await asked({ token })).toMatchObject({ kind: 'yes' });
    expect(store.guesses.get('10.0.0.1')).toBe(GUESSES_MAX + 1);
  });

  it('are wrong whether they can be counted or not', async () => {
    store.refusesWrites = true;

    expect(await asked({})).toEqual({ kind: 'no', reason: 'wrong-token' });
  });

  it('do not hide a fault in the counting', async () => {
    store.countGuess = () => Promise.reject(new TypeError('a bug'));

    await expect(asked({})).rejects.toThrow('a bug');
  });

  it('are not called wrong by a store that does not answer', async () => {
    store.findGrant = () => Promise.reject(new StoreUnavailableError('unreachable'));

    await expect(asked({})).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

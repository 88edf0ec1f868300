import type { ServerId } from '@rollcall/domain';
import { FakeClock, InMemoryIdentityStore, InMemorySessionStore } from '@rollcall/testing';
import { readServerToken } from '@rollcall/tokens';
import { runOn } from '../testing/command-run';

const GPU_1 = 'gpu-1' as ServerId;
const store = new InMemorySessionStore();
let clock: FakeClock;
let identities: InMemoryIdentityStore;

beforeEach(() => {
  clock = new FakeClock(Date.UTC(2026, 10, 21, 8));
  identities = new InMemoryIdentityStore(clock);
});

const run = (...argv: string[]) => runOn(store, ['identity', ...argv], { identities });
const recordOf = async (server = GPU_1) => (await identities.read())?.identities.get(server);

describe('rollcall identity issue', () => {
  it('prints a token of the server on stdout and nothing else there, and stores its digest', async () => {
    const { exitCode, out, err } = await run('issue', 'gpu-1');

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^gpu-1~[A-Za-z0-9_-]{43}\n$/);
    expect(err).toMatch(/^A token of gpu-1; nobody sees it again\./);
    const digest = readServerToken(out.trim())?.digest;
    expect((await recordOf())?.tokens).toEqual([{ digest, issuedAtMs: clock.now() }]);
    expect(JSON.stringify(await recordOf())).not.toContain(out.trim().split('~')[1]);
  });

  it('leaves an older token good, and tells when there is one too many', async () => {
    await run('issue', 'gpu-1');
    expect((await run('issue', 'gpu-1')).err).not.toContain('void');
    expect((await recordOf())?.tokens).toHaveLength(2);
    expect((await run('issue', 'gpu-1')).err).toContain('1 older token of gpu-1 is void now.');
    expect((await recordOf())?.tokens).toHaveLength(2);
  });

  it('is one JSON document for programs', async () => {
    const { out, err } = await run('issue', 'gpu-1', '--json');
    expect(JSON.parse(out)).toEqual({
      server: 'gpu-1',
      token: expect.stringMatching(/^gpu-1~/),
      voided: 0,
    });
    expect(err).toBe('');
  });

  it.each(['issue', 'revoke', 'admit'])(
    '%s takes a server id and nothing else',
    async (command) => {
      expect(await run(command, 'gpu~1')).toMatchObject({ exitCode: 2 });
      expect(await run(command)).toMatchObject({ exitCode: 2 });
    },
  );
});

describe('rollcall identity revoke', () => {
  it('ends everything that the server may report with', async () => {
    await run('issue', 'gpu-1');
    expect(await run('revoke', 'gpu-1')).toMatchObject({
      exitCode: 0,
      out: 'gpu-1 may not report any more: 1 token void, and a certificate of that name is refused.\n',
    });
    expect(await recordOf()).toMatchObject({ revoked: true, tokens: [] });
  });

  it('ends the older of two tokens, if that is what is asked for', async () => {
    await run('issue', 'gpu-1');
    const { out } = await run('issue', 'gpu-1');
    expect(await run('revoke', 'gpu-1', '--older')).toMatchObject({
      exitCode: 0,
      out: 'The older token of gpu-1 is void now.\n',
    });
    expect((await recordOf())?.tokens).toMatchObject([
      { digest: readServerToken(out.trim())?.digest },
    ]);
    expect(await run('revoke', 'gpu-1', '--older')).toMatchObject({
      exitCode: 1,
      out: 'gpu-1 has no older token.\n',
    });
  });

  it('is for programs, too', async () => {
    const { out } = await run('revoke', 'gpu-1', '--json');
    expect(JSON.parse(out)).toEqual({ server: 'gpu-1', older: false, voided: 0 });
  });
});

describe('rollcall identity admit', () => {
  it('takes a revocation back, once', async () => {
    await run('revoke', 'gpu-1');
    expect(await run('admit', 'gpu-1')).toMatchObject({
      exitCode: 0,
      out: 'gpu-1 may report with a certificate again.\n',
    });
    expect(await recordOf()).toMatchObject({ revoked: false });
    expect(await run('admit', 'gpu-1')).toMatchObject({
      exitCode: 1,
      out: 'No certificate of gpu-1 was refused.\n',
    });
  });
});

describe('rollcall identity list', () => {
  it('shows who has a token since when, and who is revoked, and no digest', async () => {
    await run('issue', 'gpu-10');
    clock.advance(60_000);
    await run('issue', 'gpu-10');
    await run('issue', 'gpu-2');
    await run('revoke', 'gpu-3');
    await run('revoke', 'gpu-4');
    await run('admit', 'gpu-4');
    await run('revoke', 'gpu-5');
    await run('issue', 'gpu-5');

    const { exitCode, out } = await run('list');

    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'SERVER  REPORTS WITH      ISSUED                OLDER TOKEN           CHANGED',
      'gpu-2   a token           2026-11-21T08:01:00Z  –                     2026-11-21T08:01:00Z',
      'gpu-3   nothing: revoked  –                     –                     2026-11-21T08:01:00Z',
      'gpu-4   a certificate     –                     –                     2026-11-21T08:01:00Z',
      'gpu-5   a token alone     2026-11-21T08:01:00Z  –                     2026-11-21T08:01:00Z',
      'gpu-10  a token           2026-11-21T08:01:00Z  2026-11-21T08:00:00Z  2026-11-21T08:01:00Z',
      '',
      '5 servers',
      '',
    ]);
  });

  it('is one JSON document for programs', async () => {
    await run('issue', 'gpu-1');
    const { out } = await run('list', '--json');
    expect(JSON.parse(out)).toEqual({
      identities: [
        {
          server: 'gpu-1',
          state: 'token',
          issuedAt: ['2026-11-21T08:00:00Z'],
          changedAt: '2026-11-21T08:00:00Z',
        },
      ],
    });
  });

  it('exits 1 when there is nobody', async () => {
    expect(await run('list')).toMatchObject({
      exitCode: 1,
      out: 'No server has an identity.\n',
    });
  });
});

describe('rollcall identity', () => {
  it('needs a store', async () => {
    identities.goDown();
    expect(await run('list')).toMatchObject({ exitCode: 3 });
  });

  it('explains itself', async () => {
    const { exitCode, out } = await run('--help');
    expect(exitCode).toBe(0);
    expect(out).toContain('rollcall identity issue gpu-1 > report-token');
    expect(out).toContain('Exit codes:');
  });
});

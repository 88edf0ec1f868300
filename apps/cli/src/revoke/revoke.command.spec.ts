import { qualifiedId } from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore, localId, serverId } from '@rollcall/testing';
import { ConnectionTokens } from '@rollcall/tokens';
import { keepWritten, runOn } from '../testing/command-run';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const tokens = new ConnectionTokens(store);
const run = (...argv: string[]) => runOn(store, ['revoke', ...argv]);

beforeEach(() => store.comeBack({ empty: true }));

/** Lets a user into a session; resolves to a question that tells whether the user still is. */
async function letIn(user: string, server: string, session: string) {
  const name = { server: serverId(server), session: localId(session) };
  const token = await tokens.issue(name, { user }, 3_600_000);
  if (token === undefined) throw new Error(`${server} does not list ${session}`);
  return async () => {
    const question = { server: name.server, sourceAddress: '10.0.0.9', session };
    const { kind } = await tokens.verify({ ...question, token });
    return `${user} ${qualifiedId(name.server, name.session)} ${kind}`;
  };
}

describe('rollcall revoke', () => {
  it('voids all links to a session, and no other', async () => {
    await store.report(aReport({ sessions: ['console', 'cad'] }));
    const asked = [
      await letIn('alice', 'gpu-1', 'console'),
      await letIn('bob', 'gpu-1', 'console'),
      await letIn('alice', 'gpu-1', 'cad'),
    ];

    expect(await run('gpu-1~console')).toMatchObject({
      exitCode: 0,
      out: '2 links to gpu-1~console are void now.\n',
    });
    expect(await Promise.all(asked.map((ask) => ask()))).toEqual([
      'alice gpu-1~console no',
      'bob gpu-1~console no',
      'alice gpu-1~cad yes',
    ]);
  });

  it("voids one user's links to a session", async () => {
    await store.report(aReport());
    const alice = await letIn('alice', 'gpu-1', 'console');
    const bob = await letIn('bob', 'gpu-1', 'console');

    const { exitCode, out } = await run('console', '--user', 'alice', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({
      id: 'gpu-1~console',
      server: 'gpu-1',
      session: 'console',
      user: 'alice',
      revoked: 1,
    });
    expect([await alice(), await bob()]).toEqual([
      'alice gpu-1~console no',
      'bob gpu-1~console yes',
    ]);
  });

  it("voids one user's links on the whole roll, whatever its size", async () => {
    const hosts = Array.from({ length: 501 }, (_, index) => `gpu-${index + 1}`);
    for (const server of hosts) await store.report(aReport({ server, sessions: ['a', 'b'] }));
    const first = await letIn('alice', 'gpu-1', 'a');
    const middle = await letIn('alice', 'gpu-250', 'b');
    const last = await letIn('alice', 'gpu-501', 'b');
    const bob = await letIn('bob', 'gpu-501', 'b');

    expect(await run('--user', 'alice')).toMatchObject({
      exitCode: 0,
      out: '3 links of alice are void now.\n',
    });
    expect([await first(), await middle(), await last(), await bob()]).toEqual([
      'alice gpu-1~a no',
      'alice gpu-250~b no',
      'alice gpu-501~b no',
      'bob gpu-501~b yes',
    ]);
  });

  it('needs no living host', async () => {
    await store.report(aReport());
    const alice = await letIn('alice', 'gpu-1', 'console');
    clock.advance(60_000);

    expect(await run('gpu-1~console')).toMatchObject({ exitCode: 0 });
    expect(await alice()).toBe('alice gpu-1~console no');
  });

  it('exits 1 when there was nothing to void', async () => {
    await store.report(aReport());
    await letIn('alice', 'gpu-1', 'console');

    expect(await run('gpu-1~console', '--user', 'bob')).toMatchObject({
      exitCode: 1,
      out: 'No link of bob to gpu-1~console was good.\n',
    });
    expect(await run('--user', 'bob')).toMatchObject({
      exitCode: 1,
      out: 'No link of bob was good.\n',
    });
    expect(await run('gone~console')).toMatchObject({ exitCode: 1 });
  });

  it('does not guess which of several sessions is meant', async () => {
    await store.report(aReport({ server: 'gpu-1' }));
    await store.report(aReport({ server: 'gpu-2' }));
    await keepWritten(store, clock);
    await store.report(aReport({ server: 'gpu-1', sequence: 2 }));
    await store.report(aReport({ server: 'gpu-2', sequence: 2 }));
    const alice = await letIn('alice', 'gpu-1', 'console');

    expect(await run('console')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^404 SESSION_AMBIGUOUS\n/),
    });
    expect(await run('nobody')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^404 SESSION_NOT_FOUND\n/),
    });
    expect(await alice()).toBe('alice gpu-1~console yes');
  });

  it('calls a malformed id wrong usage', async () => {
    expect(await run('a\u0007b')).toMatchObject({
      exitCode: 2,
      out: expect.stringMatching(/^400 INVALID_SESSION_ID\n/),
    });
  });
});

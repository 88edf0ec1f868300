import { aReport, FakeClock, InMemorySessionStore, serverId } from '@rollcall/testing';
import { ConnectionTokens } from '@rollcall/tokens';
import { keepWritten, runOn, type Scene } from '../testing/command-run';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const gateway = { host: 'gw.example', port: 8443 };
const proxy = { host: 'desk.example', port: 443 };
const alice = ['gpu-1~console', '--user', 'alice'];

beforeEach(() => store.comeBack({ empty: true }));

function run(argv: string[], scene: Scene = { doors: { gateway } }) {
  return runOn(store, ['connect', ...argv], scene);
}

async function connected(argv: string[], scene?: Scene) {
  const { exitCode, out } = await run([...argv, '--json'], scene);
  expect(exitCode).toBe(0);
  return JSON.parse(out);
}

function verdict(token: string, clientAddress?: string) {
  const question = { server: serverId('gpu-1'), sourceAddress: '10.0.0.1', session: 'console' };
  return new ConnectionTokens(store).verify({ ...question, token, clientAddress });
}

describe('rollcall connect', () => {
  it('prints links for the user, with a token that is good for the session', async () => {
    await store.report(aReport());

    const { exitCode, out, err } = await run(['gpu-1~console', '--user', 'CORP\\alice']);

    expect(exitCode).toBe(0);
    const [token] = /(?<=authToken=)[\w-]{43}/.exec(out)!;
    expect(out.split('\n')).toEqual([
      'session  gpu-1~console',
      'user     CORP\\alice',
      expect.stringMatching(/^good {5}for 1 h, until \d{4}-\S+Z or the end of the session$/),
      `browser  https://gw.example:8443/?authToken=${token}#gpu-1~console`,
      `native   dcv://gw.example:8443/?authToken=${token}#gpu-1~console`,
      '',
    ]);
    expect(err).toBe('rollcall: whoever has a link gets in as CORP\\alice\n');
    expect(await verdict(token!)).toEqual({ kind: 'yes', server: 'gpu-1', user: 'CORP\\alice' });
  });

  it('finds a session by its name alone, and names its server in the links', async () => {
    await store.report(aReport());
    await keepWritten(store, clock);
    await store.report(aReport({ sequence: 2 }));

    expect(await connected(['console', '--user', 'alice'])).toMatchObject({
      id: 'gpu-1~console',
      links: { browser: expect.stringMatching(/#gpu-1~console$/) },
    });
  });

  it('is one JSON document for portals, and nothing besides', async () => {
    await store.report(aReport());
    await keepWritten(store, clock);
    await store.report(aReport({ sequence: 2 }));

    const { out, err } = await run([...alice, '--json']);

    const { token, ...rest } = JSON.parse(out);
    expect(rest).toEqual({
      id: 'gpu-1~console',
      session: 'console',
      server: 'gpu-1',
      user: 'alice',
      expiresAt: new Date(clock.now() + 3_600_000).toISOString(),
      links: {
        browser: `https://gw.example:8443/?authToken=${token}#gpu-1~console`,
        native: `dcv://gw.example:8443/?authToken=${token}#gpu-1~console`,
      },
    });
    expect(err).toBe('');
  });

  it('ends with the token when TOKEN_TTL_MS are over', async () => {
    await store.report(aReport());
    const { token } = await connected(alice);

    clock.advance(3_599_999);
    expect(await verdict(token)).toMatchObject({ kind: 'yes' });
    clock.advance(1);
    expect(await verdict(token)).toEqual({ kind: 'no', reason: 'wrong-token' });
  });

  it('connects to a session that is only last known, and says so', async () => {
    await store.report(aReport());
    clock.advance(60_000);

    const { exitCode, out } = await run(alice);

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^stale {4}unsettled: the roll is still being called/m);
    expect(await connected(alice)).toMatchObject({
      stale: 'unsettled',
    });
  });

  it('links through the doors that are named, instead of those that are set', async () => {
    await store.report(aReport());
    const scene = { doors: { gateway, proxy } };

    const both = await connected(alice, scene);
    expect(Object.keys(both.links)).toEqual(['browser', 'native', 'proxy']);
    const named = await connected([...alice, '--proxy', '[2001:db8::7]:8444'], scene);
    expect(named.links).toEqual({
      proxy: `https://[2001:db8::7]:8444/s/gpu-1~console/?authToken=${named.token}#gpu-1~console`,
    });
    const usual = await connected([...alice, '--gateway', 'other.example'], {});
    expect(usual.links.native).toMatch(/^dcv:\/\/other\.example:8443\//);
  });

  it('calls it wrong usage that no door is known', async () => {
    await store.report(aReport());

    expect(await run(alice, {})).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('say --gateway HOST:PORT or --proxy HOST:PORT'),
    });
  });

  it('makes no token for an id that its proxy would not carry, and says why', async () => {
    await store.report(aReport({ sessions: ['design 2'] }));
    const granted = jest.spyOn(store, 'grantToken');

    const { exitCode, out, err } = await run([
      'gpu-1~design 2',
      '--user',
      'alice',
      '--proxy',
      'desk.example',
    ]);

    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/gpu-1~design 2 has no link through a proxy: .* --gateway takes any id\n$/);
    expect(granted).not.toHaveBeenCalled();
  });

  it('binds the token to a client when it is told to', async () => {
    await store.report(aReport());
    const { token, clientAddress } = await connected([...alice, '--client', '192.0.2.1']);

    expect(clientAddress).toBe('192.0.2.1');
    expect(await verdict(token, '192.0.2.1')).toMatchObject({ kind: 'yes' });
    expect(await verdict(token, '192.0.2.2')).toMatchObject({ kind: 'no' });
  });

  it.each([
    ['nobody', 1, '404 SESSION_NOT_FOUND'],
    ['no server~x', 1, '404 SESSION_NOT_FOUND'],
    ['', 2, '400 INVALID_SESSION_ID'],
  ])('refuses %j as resolve does', async (id, exitCode, line) => {
    await store.report(aReport());
    await keepWritten(store, clock);
    await store.report(aReport({ sequence: 2 }));

    const refused = await run([id, '--user', 'alice']);
    const resolved = await runOn(store, ['resolve', id]);

    expect(refused).toMatchObject({ exitCode, out: resolved.out, err: '' });
    expect(resolved.out).toContain(line);
    const { out } = await run([id, '--user', 'alice', '--json']);
    expect(JSON.parse(out)).toEqual(
      JSON.parse((await runOn(store, ['resolve', id, '--json'])).out),
    );
  });

  it.each([
    ['closes', () => store.report(aReport({ sequence: 3, sessions: [] })), 'SESSION_NOT_FOUND'],
    ['is struck off', () => store.evictNow(serverId('gpu-1')), 'SESSION_LAPSED'],
    ['closes, and opens after the refusal', async () => undefined, 'SESSION_NOT_FOUND'],
  ])('makes no link when the session %s after it was found', async (_, happen, code) => {
    await store.report(aReport());
    await keepWritten(store, clock);
    await store.report(aReport({ sequence: 2 }));
    const { grantToken } = InMemorySessionStore.prototype;
    const granting = jest.spyOn(store, 'grantToken').mockImplementation(async (...grant) => {
      const happened = await happen();
      return happened === undefined ? 'no-session' : grantToken.apply(store, grant);
    });
    const { exitCode, out, err } = await run(alice, { doors: { gateway }, hasBrowser: true });
    granting.mockRestore();

    expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' });
    expect(out).toContain(`404 ${code}\n`);
    expect(out).not.toContain('https://');
  });

  it('exits 3 while the roll is being called', async () => {
    expect(await run(['nobody', '--user', 'alice'])).toMatchObject({
      exitCode: 3,
      out: '503 ROLL_WARMING\nThe roll is still being called: ask again shortly.\n',
    });
  });

  it('warns in its help of what --client and --open are not good for', async () => {
    const { out } = await run(['--help']);

    expect(out).toMatch(/may see that one instead of the client:\s+then it refuses the token/);
    expect(out).toMatch(/link\s+is in this machine's process list/);
  });

  it('opens the link in the browser when it is asked to', async () => {
    await store.report(aReport());

    const { out, openedLinks } = await run([...alice, '--open'], {
      doors: { gateway, proxy },
      hasBrowser: true,
    });

    expect(openedLinks).toEqual([/https:\/\/gw\.example\S+/.exec(out)![0]]);
    expect((await run(alice)).openedLinks).toEqual([]);
  });

  it('says that there is no browser, and is done all the same', async () => {
    await store.report(aReport());

    const { exitCode, err } = await run([...alice, '--proxy', 'desk.example', '--open']);

    expect(exitCode).toBe(0);
    expect(err).toMatch(/rollcall: no browser could be started here: open the link yourself\n$/);
  });
});

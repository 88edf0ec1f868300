import { GUESSES_MAX, type ReportOutcome } from '@rollcall/domain';
import {
  aReport,
  exchange,
  FakeClock,
  InMemorySessionStore,
  localId,
  RawConnection,
  SeededRandom,
  serverId,
  until,
  type RawResponse,
  type ReportTraits,
} from '@rollcall/testing';
import { ConnectionTokens } from '@rollcall/tokens';
import { startResolver, type RunningResolver } from '../resolver.application';
import { aConfig, providing, recordingLogger } from '../testing/resolver-under-test';
import {
  formOf,
  malformedBody,
  verification,
  type VerificationFields,
} from '../testing/verification-requests';

const SEED = 20_261_121;
const BROKER_PATH = '/agent/validate-authentication-token';
const TTL_MS = 3_600_000;
const FORM_TYPE = 'content-type: application/x-www-form-urlencoded\r\n';
const WRONG_TOKEN = 'w'.repeat(43);

describe('the verifier', () => {
  const { lines, logger } = recordingLogger('debug');
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let tokens: ConnectionTokens;
  let resolver: RunningResolver;
  let sequence: number;
  let issued: string[];

  beforeEach(async () => {
    lines.length = 0;
    sequence = 0;
    issued = [];
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    tokens = new ConnectionTokens(store);
    resolver = await startResolver(aConfig(), logger, () => providing(store));
    await report({ server: 'gpu-1', endpoint: { host: '127.0.0.1' } });
  });

  afterEach(async () => {
    await resolver.stop();
    const text = JSON.stringify(lines);
    for (const token of [...issued, WRONG_TOKEN]) expect(text).not.toContain(token);
  });

  function report(traits: ReportTraits): Promise<ReportOutcome> {
    return store.report(aReport({ ...traits, sequence: ++sequence }));
  }

  async function aToken({
    server = 'gpu-1',
    session = 'console',
    user = 'ann',
    clientAddress = undefined as string | undefined,
    ttlMs = TTL_MS,
  } = {}): Promise<string> {
    const grant = clientAddress === undefined ? { user } : { user, clientAddress };
    const name = { server: serverId(server), session: localId(session) };
    const token = await tokens.issue(name, grant, ttlMs);
    if (token === undefined) throw new Error(`${server} does not list ${session}`);
    issued.push(token);
    return token;
  }

  function ask(
    path: string,
    fields: VerificationFields,
    from?: string,
  ): Promise<RawResponse | undefined> {
    return exchange(resolver.port, verification(path, formOf(fields)), { from });
  }

  function askWith(token: string, path = '/verify/gpu-1', from?: string) {
    return ask(path, { sessionId: 'console', authenticationToken: token }, from);
  }

  function expectYes(response: RawResponse | undefined, user = 'ann'): void {
    expect(response).toEqual({
      status: 200,
      headers: expect.objectContaining({
        'content-type': 'text/xml; charset=utf-8',
        'cache-control': 'no-store',
      }),
      body: `<auth result="yes"><username>${user}</username></auth>`,
    });
  }

  function expectNo(response: RawResponse | undefined, why: RegExp, status = 200): void {
    expect(response?.status).toBe(status);
    expect(response?.headers['content-type']).toBe('text/xml; charset=utf-8');
    const [, message] =
      /^<auth result="no"><message>([^<>]+)<\/message><\/auth>$/.exec(response?.body ?? '') ?? [];
    expect(message).toMatch(why);
  }

  async function counted(outcome: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${resolver.opsPort}/metrics`)).text();
    const name = `rollcall_verifications_total{outcome="${outcome}"} `;
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.slice(name.length),
    );
  }

  /** One malformed request, counted, and logged with the address that it came from. */
  async function expectJournaled(sourceAddress: string): Promise<void> {
    await until('it is counted', async () => (await counted('no_malformed')) === 1);
    expect(lines.filter(({ msg }) => msg === 'verification')).toEqual([
      expect.objectContaining({ level: 'info', outcome: 'no_malformed', sourceAddress }),
    ]);
  }

  describe('says yes', () => {
    it('to a good token of the host that the path names, as often as it is asked', async () => {
      const token = await aToken();
      for (let count = 0; count < 3; count++) expectYes(await askWith(token));
      expect(await counted('yes')).toBe(3);
      expect(await counted('no_wrong_token')).toBe(0);
    });

    it.each([
      ['Ann & "Bob" <x>', 'Ann &amp; &quot;Bob&quot; &lt;x&gt;'],
      ['NETBIOS\\user', 'NETBIOS\\user'],
      ['Jürgen 東京', 'Jürgen 東京'],
    ])('and names the user %s in XML', async (user, text) => {
      expectYes(await askWith(await aToken({ user })), text);
    });

    it.each([
      ['behind a slash too many', '//verify//gpu-1'],
      ['with its id in percent-encoding', '/verify/gpu%2D1'],
      ['before a query that nobody asked for', '/verify/gpu-1?sessionId=other'],
    ])('to a host %s', async (_case, path) => {
      expectYes(await askWith(await aToken(), path));
    });

    it('to a session id of any characters', async () => {
      const session = 'Büro 東 +&=%';
      await report({ server: 'gpu-1', sessions: [session] });
      const token = await aToken({ session });
      expectYes(await ask('/verify/gpu-1', { sessionId: session, authenticationToken: token }));
    });

    it('to a form in chunks, and to one that waits to be asked for', async () => {
      const form = formOf({ sessionId: 'console', authenticationToken: await aToken() });
      const head = `POST /verify/gpu-1 HTTP/1.1\r\nhost: x\r\n${FORM_TYPE}`;
      const chunks = `${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`;
      expectYes(
        await exchange(resolver.port, `${head}transfer-encoding: chunked\r\n\r\n${chunks}`),
      );
      const connection = await RawConnection.open(resolver.port);
      connection.send(`${head}expect: 100-continue\r\ncontent-length: ${form.length}\r\n\r\n`);
      expect(await connection.next()).toMatchObject({ status: 100 });
      connection.send(form);
      expectYes(await connection.next());
      connection.destroy();
    });

    it('while the store refuses writes', async () => {
      const token = await aToken();
      store.goDown('refused');
      expectYes(await askWith(token));
      expectNo(await askWith(WRONG_TOKEN), /new link/);
    });

    it('although the host’s agent is late', async () => {
      const token = await aToken();
      clock.advance(store.policy.leaseTtlMs * 2);
      expectYes(await askWith(token));
    });
  });

  describe('says no', () => {
    it('to a token of another session, of another host, and to none at all', async () => {
      await report({ server: 'gpu-1', sessions: ['console', 'cad'] });
      await report({ server: 'gpu-2', endpoint: { host: '127.0.0.2' } });
      const foreign = [
        await aToken({ session: 'cad' }),
        await aToken({ server: 'gpu-2' }),
        WRONG_TOKEN,
        'x',
        '🔑',
      ];
      for (const token of foreign) expectNo(await askWith(token), /new link/);
      expect(await counted('no_wrong_token')).toBe(foreign.length);
    });

    it('to a host that is not on the roll', async () => {
      expectNo(await askWith(await aToken(), '/verify/gpu-9'), /new link/);
    });

    it('when the token has expired', async () => {
      const token = await aToken({ ttlMs: 60_000 });
      clock.advance(59_999);
      expectYes(await askWith(token));
      clock.advance(1);
      expectNo(await askWith(token), /new link/);
    });

    it('when the session was closed, also once there is one of the same name again', async () => {
      const token = await aToken();
      await report({ server: 'gpu-1', sessions: [] });
      expectNo(await askWith(token), /new link/);
      await report({ server: 'gpu-1', sessions: ['console'] });
      expectNo(await askWith(token), /new link/);
    });

    it('when the host was evicted', async () => {
      const token = await aToken();
      await store.evictNow(serverId('gpu-1'));
      expectNo(await askWith(token), /new link/);
    });

    it('when the token was revoked', async () => {
      const [annes, bobs] = [await aToken(), await aToken({ user: 'bob' })];
      const session = { server: serverId('gpu-1'), session: localId('console') };
      await store.revokeTokens(session, 'ann');
      expectNo(await askWith(annes), /new link/);
      expectYes(await askWith(bobs), 'bob');
    });

    it('to a client at another address than the token is bound to, or at none', async () => {
      const token = await aToken({ clientAddress: '203.0.113.7' });
      const from = (clientAddress: string) =>
        ask('/verify/gpu-1', { sessionId: 'console', authenticationToken: token, clientAddress });
      expectYes(await from('203.0.113.7'));
      expectYes(await from('::ffff:203.0.113.7'));
      for (const address of ['203.0.113.8', 'nobody', '']) {
        expectNo(await from(address), /another client address/);
      }
      expectNo(await askWith(token), /another client address/);
      expect(await counted('no_wrong_client')).toBe(4);
    });

    it.each([
      '/verify',
      '/verify/',
      '/verify/-gpu',
      '/verify/gpu-1/x',
      '/verify/gpu%201',
      '/verify/gpu~1',
      '/verify/%2e%2e',
      `/verify/${'x'.repeat(64)}`,
      `/verify/${'x'.repeat(5_000)}`,
    ])('at a path that names no host, and says what to do: %s', async (path) => {
      const find = jest.spyOn(store, 'findGrant');
      expectNo(await askWith(await aToken(), path), /\/verify\/SERVER_ID/);
      expect(find).not.toHaveBeenCalled();
      expect(await counted('no_unknown_host')).toBe(1);
    });

    it('to a path that cannot be read', async () => {
      expectNo(await askWith(await aToken(), '/verify/%zz', '127.0.0.8'), /must be a form/);
      await expectJournaled('127.0.0.8');
    });

    it('however many wrong tokens come, and goes on saying yes to right ones', async () => {
      const token = await aToken();
      for (let count = 0; count < GUESSES_MAX; count++) {
        expectNo(await askWith(WRONG_TOKEN), /new link/);
      }
      for (let count = 0; count < 20; count++) {
        expectNo(await askWith(WRONG_TOKEN), /too many others/);
      }
      expectYes(await askWith(token));
      expect(await counted('no_too_many_guesses')).toBe(20);
      expectNo(await askWith(WRONG_TOKEN, '/verify/gpu-1', '127.0.0.9'), /new link/);
      clock.advance(60_000);
      expectNo(await askWith(WRONG_TOKEN), /new link/);
    });
  });

  describe('at the Session Manager’s path', () => {
    beforeEach(async () => {
      await report({ server: 'gpu-2', endpoint: { host: '127.0.0.2' } });
      await report({ server: 'gpu-3', endpoint: { host: 'gpu-3.example' }, sessions: ['cad'] });
    });

    it('knows each host by the address that it asks from', async () => {
      const first = await aToken({ server: 'gpu-1' });
      const second = await aToken({ server: 'gpu-2', user: 'bob' });
      expectYes(await askWith(first, BROKER_PATH, '127.0.0.1'));
      expectYes(await askWith(second, BROKER_PATH, '127.0.0.2'), 'bob');
      expectNo(await askWith(first, BROKER_PATH, '127.0.0.2'), /new link/);
      expectNo(await askWith(second, BROKER_PATH, '127.0.0.1'), /new link/);
    });

    it('knows a host by a session that no other has', async () => {
      const token = await aToken({ server: 'gpu-3', session: 'cad' });
      const fields = { sessionId: 'cad', authenticationToken: token };
      expectYes(await ask(BROKER_PATH, fields, '127.0.0.7'));
    });

    it('and at the other does not mind a slash at the end', async () => {
      const token = await aToken();
      expectYes(await askWith(token, `${BROKER_PATH}/`, '127.0.0.1'));
      expectYes(await askWith(token, '/verify/gpu-1/'));
    });

    it('does not guess between hosts, and says what to do', async () => {
      const token = await aToken();
      expectNo(await askWith(token, BROKER_PATH, '127.0.0.7'), /\/verify\/SERVER_ID/);
      expectNo(
        await ask(BROKER_PATH, { sessionId: 'nobody', authenticationToken: token }),
        /\/verify\/SERVER_ID/,
      );
      expect(await counted('no_unknown_host')).toBe(2);
    });

    it('does not believe what a request says of its address', async () => {
      const token = await aToken({ server: 'gpu-2' });
      const form = formOf({ sessionId: 'console', authenticationToken: token });
      const forged = ['x-forwarded-for', 'x-real-ip', 'forwarded: for', 'host']
        .map((name) => (name.includes(':') ? `${name}=127.0.0.2\r\n` : `${name}: 127.0.0.2\r\n`))
        .join('');
      const request = verification(BROKER_PATH, form, `${FORM_TYPE}${forged}`)
        .toString()
        .replace('host: verifier\r\n', '');
      expectNo(await exchange(resolver.port, request, { from: '127.0.0.1' }), /new link/);
      expectYes(await exchange(resolver.port, request, { from: '127.0.0.2' }));
    });
  });

  describe('says no, and never a 5xx, to', () => {
    it.each([
      ['an empty body', FORM_TYPE, ''],
      ['no session', FORM_TYPE, `authenticationToken=${WRONG_TOKEN}`],
      ['no token', FORM_TYPE, 'sessionId=console'],
      ['a session twice', FORM_TYPE, `sessionId=a&sessionId=a&authenticationToken=${WRONG_TOKEN}`],
      ['a session with a line end', FORM_TYPE, 'sessionId=a%0Ab&authenticationToken=x'],
      ['no type', '', `sessionId=console&authenticationToken=${WRONG_TOKEN}`],
      [
        'another type',
        'content-type: application/json\r\n',
        `{"sessionId":"console","authenticationToken":"${WRONG_TOKEN}"}`,
      ],
      ['a type that is none', 'content-type: ;;;\r\n', 'sessionId=console&authenticationToken=x'],
    ])('%s', async (_case, headers, body) => {
      for (const path of ['/verify/gpu-1', BROKER_PATH]) {
        const response = await exchange(resolver.port, verification(path, body, headers));
        expectNo(response, /must be a form/);
      }
      expect(await counted('no_malformed')).toBe(2);
    });

    it('any body of random bytes, and to damaged forms', async () => {
      const random = new SeededRandom(SEED);
      const connection = await RawConnection.open(resolver.port);
      for (let count = 0; count < 1_000; count++) {
        connection.send(verification('/verify/gpu-1', malformedBody(random)));
        expectNo(await connection.next(), /./);
      }
      connection.destroy();
      expect(await counted('no_malformed')).toBeGreaterThan(500);
      expect(await counted('fault')).toBe(0);
    }, 30_000);

    it('a megabyte, which is read to its end, so that the connection carries what comes next', async () => {
      const token = await aToken();
      const good = verification(
        '/verify/gpu-1',
        formOf({ sessionId: 'console', authenticationToken: token }),
      );
      const head = `POST /verify/gpu-1 HTTP/1.1\r\nhost: x\r\n${FORM_TYPE}`;
      const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
      for (const bytes of [
        verification('/verify/gpu-1', 'x'.repeat(2 ** 20)),
        `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(32)}0\r\n\r\n`,
      ]) {
        const connection = await RawConnection.open(resolver.port);
        connection.send(bytes);
        expectNo(await connection.next(), /must be a form/);
        connection.send(good);
        expectYes(await connection.next());
        connection.destroy();
      }
      expect(await counted('no_malformed')).toBe(2);
    });

    it('a megabyte that is only announced', async () => {
      const head = `POST /verify/gpu-1 HTTP/1.1\r\nhost: x\r\n${FORM_TYPE}`;
      const announced = `${head}expect: 100-continue\r\ncontent-length: ${2 ** 20}\r\n\r\n`;
      const connection = await RawConnection.open(resolver.port);
      connection.send(announced);
      const first = await connection.next();
      expectNo(first?.status === 100 ? await connection.next() : first, /must be a form/);
      connection.destroy();
    });

    it.each([
      ['a body that ends too early', 'content-length: 100\r\n\r\nsessionId=console'],
      ['garbage for chunks', 'transfer-encoding: chunked\r\n\r\nsessionId=console\r\n'],
      ['a chunk of the wrong size', 'transfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n'],
    ])('%s', async (_case, rest) => {
      const head = `POST /verify/gpu-1 HTTP/1.1\r\nhost: x\r\n${FORM_TYPE}`;
      const response = await exchange(resolver.port, `${head}${rest}`, {
        finish: true,
        from: '127.0.0.8',
      });
      expectNo(response, /must be a form/);
      await expectJournaled('127.0.0.8');
    });

    it('a request without a host', async () => {
      const request = verification('/verify/gpu-1', '')
        .toString()
        .replace('host: verifier\r\n', '');
      const from = '127.0.0.8';
      expectNo(await exchange(resolver.port, request, { from }), /must be a form/);
      await expectJournaled(from);
    });

    it('a large body at a path in percent-encoding', async () => {
      const request = verification('/%76erify/gpu-1', 'x'.repeat(20_000));
      expectNo(await exchange(resolver.port, request), /must be a form/);
      await expectJournaled('127.0.0.1');
    });

    it('what only a fault of ours could spoil, and logs it', async () => {
      const token = await aToken();
      jest.spyOn(store, 'findGrant').mockRejectedValueOnce(new TypeError('a bug'));
      expectNo(await askWith(token), /fault in Rollcall/);
      expect(await counted('fault')).toBe(1);
      expect(lines).toContainEqual(expect.objectContaining({ level: 'error' }));
      expectYes(await askWith(token));
    });
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    'takes no %s, and says what it takes',
    async (method) => {
      for (const path of ['/verify/gpu-1', '/verify', BROKER_PATH]) {
        const request = `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
        const connection = await RawConnection.open(resolver.port);
        connection.send(request);
        expect(await connection.rest()).toMatch(/^HTTP\/1\.1 405 [\s\S]*\r\nallow: POST\r\n/i);
      }
    },
  );

  it('answers JSON on a connection once its verification is over', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(verification('/verify/gpu-1', ''));
    expectNo(await connection.next(), /must be a form/);
    connection.send('rubbish\r\n\r\n');
    expect(await connection.next()).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/json' },
    });
    connection.destroy();
  });

  describe('says that it cannot know', () => {
    it('while the store is away, in the same form', async () => {
      const token = await aToken();
      store.goDown('unreachable');
      for (const path of ['/verify/gpu-1', BROKER_PATH]) {
        const response = await askWith(token, path);
        expectNo(response, /does not answer/, 503);
        expect(response?.headers['retry-after']).toBe('1');
      }
      expect(await counted('unavailable')).toBe(2);
      store.comeBack();
      expectYes(await askWith(token));
    });

    it('to what comes while too many wait already, and lets lookups through', async () => {
      const release: (() => void)[] = [];
      const find = jest
        .spyOn(store, 'findGrant')
        .mockImplementation(() => new Promise((resolve) => release.push(() => resolve(undefined))));
      const request = verification(
        '/verify/gpu-1',
        formOf({ sessionId: 'console', authenticationToken: WRONG_TOKEN }),
      );
      const crowd = await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          RawConnection.open(resolver.port, { from: `127.0.1.${1 + (index % 20)}` }),
        ),
      );
      for (const connection of crowd) connection.send(request);
      await until('all are under way', () => find.mock.calls.length === 500);
      expectNo(await askWith(WRONG_TOKEN), /does not answer/, 503);
      expect(find).toHaveBeenCalledTimes(500);
      const lookup = 'POST /resolveSession?sessionId=x&transport=HTTP HTTP/1.1\r\nhost: x\r\n\r\n';
      expect(await exchange(resolver.port, lookup)).toMatchObject({
        status: 503,
        body: expect.stringContaining('ROLL_WARMING'),
      });
      release.forEach((answer) => answer());
      for (const connection of crowd) connection.destroy();
    });

    it('to a host that has too many waiting already, and to no other', async () => {
      const token = await aToken();
      const release: (() => void)[] = [];
      const find = jest
        .spyOn(store, 'findGrant')
        .mockImplementation(() => new Promise((resolve) => release.push(() => resolve(undefined))));
      const request = verification(
        '/verify/gpu-1',
        formOf({ sessionId: 'console', authenticationToken: WRONG_TOKEN }),
      );
      const crowd = await Promise.all(
        Array.from({ length: 32 }, () => RawConnection.open(resolver.port)),
      );
      for (const connection of crowd) connection.send(request);
      await until('as many as may be are under way', () => find.mock.calls.length === 32);
      expectNo(await askWith(WRONG_TOKEN), /does not answer/, 503);
      expect(find).toHaveBeenCalledTimes(32);
      find.mockRestore();
      expectYes(await askWith(token, '/verify/gpu-1', '127.0.0.9'));
      release.forEach((answer) => answer());
      for (const connection of crowd) expectNo(await connection.next(), /./);
      expectYes(await askWith(token));
      for (const connection of crowd) connection.destroy();
    });

    it('when it is being stopped, and has answered what was under way', async () => {
      const token = await aToken();
      const connection = await RawConnection.open(resolver.port);
      const request = verification(
        '/verify/gpu-1',
        formOf({ sessionId: 'console', authenticationToken: token }),
      );
      let answer!: () => void;
      jest
        .spyOn(store, 'findGrant')
        .mockImplementationOnce(
          () => new Promise((resolve) => (answer = () => resolve({ user: 'ann' }))),
        );
      connection.send(request);
      await until('the token is looked up', () => answer !== undefined);
      const stopped = resolver.stop();
      answer();
      expectYes(await connection.next());
      await stopped;
    });
  });

  it('repeats nothing of a question in its answer or above debug level in the log', async () => {
    const marks = ['my-secret-desk', 'zzTOKENzz', '203.0.113.99'];
    const [sessionId, authenticationToken, clientAddress] = marks;
    for (const path of ['/verify/gpu-1', BROKER_PATH, '/verify/my-secret-host~']) {
      const response = await ask(path, { sessionId, authenticationToken, clientAddress });
      for (const mark of [...marks, 'my-secret-host']) {
        expect(response?.body).not.toContain(mark);
      }
    }
    const told = JSON.stringify(lines.filter(({ level }) => level !== 'debug'));
    for (const mark of marks) expect(told).not.toContain(mark);
    expect(told).toContain('no_wrong_token');
  });

  it('names neither user nor token in any line of its log', async () => {
    const token = await aToken({ user: 'ann-the-user' });
    expectYes(await askWith(token), 'ann-the-user');
    const verifications = lines.filter(({ msg }) => msg === 'verification');
    expect(verifications).toEqual([
      expect.objectContaining({ level: 'debug', outcome: 'yes', server: 'gpu-1' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('ann-the-user');
  });

  it('shows every outcome from the start', async () => {
    for (const outcome of ['yes', 'no_malformed', 'no_unknown_host', 'no_wrong_token', 'fault']) {
      expect(await counted(outcome)).toBe(0);
    }
  });
});

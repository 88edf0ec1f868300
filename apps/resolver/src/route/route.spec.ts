import {
  aReport,
  exchange,
  FakeClock,
  InMemorySessionStore,
  RawConnection,
  until,
  type RawResponse,
  type ReportTraits,
} from '@rollcall/testing';
import { startResolver, type RunningResolver } from '../resolver.application';
import {
  aConfig,
  providing,
  recordingLogger,
  settle,
  untilReady,
} from '../testing/resolver-under-test';

const DESK = 'x-rollcall-session: desk\r\n';

describe('the route', () => {
  const { lines, logger } = recordingLogger('debug');
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let lookup: jest.SpyInstance;
  let resolver: RunningResolver;

  beforeEach(async () => {
    lines.length = 0;
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    lookup = jest.spyOn(store, 'lookup');
    await settle(store, clock);
    await store.report(aReport({ server: 'gpu-1', sessions: ['desk', 'console'] }));
    await report({ server: 'gpu-2', endpoint: { host: 'gpu-2.example' }, sessions: ['cad'] });
    resolver = await startResolver(aConfig(), logger, () => providing(store));
    await untilReady(resolver);
  });

  afterEach(() => resolver.stop());

  function report(traits: ReportTraits) {
    return store.report(aReport(traits));
  }

  function ask(
    target: string,
    headers = '',
    method: 'GET' | 'POST' = 'GET',
  ): Promise<RawResponse | undefined> {
    const host = /^host:/im.test(headers) ? '' : 'host: x\r\n';
    return exchange(resolver.port, `${method} ${target} HTTP/1.1\r\n${host}${headers}\r\n`);
  }

  function expectUpstream(response: RawResponse | undefined, upstream: string): void {
    expect(response).toMatchObject({
      status: 200,
      headers: {
        'x-rollcall-upstream': upstream,
        'x-rollcall-base-path': '',
        'content-length': '0',
        'cache-control': 'no-store',
      },
      body: '',
    });
    expect(response?.headers).not.toHaveProperty('x-rollcall-stale');
  }

  function expectRefusal(response: RawResponse | undefined, status: number, code: string): void {
    expect(response?.status).toBe(status);
    expect(JSON.parse(response?.body ?? '')).toMatchObject({ code });
    expect(response?.headers).not.toHaveProperty('x-rollcall-upstream');
    expect(response?.headers).not.toHaveProperty('x-rollcall-base-path');
    expect(response?.headers['cache-control']).toBe('no-store');
  }

  it.each([
    ['path', '/route/desk', ''],
    ['path, qualified', '/route/gpu-1~desk', ''],
    ['path, percent-encoded', '/route/gpu%2D1%7Edesk', ''],
    ['query', '/route?sessionId=desk', ''],
    ['header', '/route', DESK],
    ['cookie', '/route', 'cookie: a=b; __Host-rollcall=desk; c=d\r\n'],
  ])('answers with the upstream of the session in the %s', async (_place, target, headers) => {
    for (const method of ['GET', 'POST'] as const) {
      expectUpstream(await ask(target, headers, method), '10.0.0.1:8443');
    }
  });

  it('answers HEAD in the same headers', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send('HEAD /route/desk HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const bytes = await connection.rest();
    expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(bytes).toContain('\r\nx-rollcall-upstream: 10.0.0.1:8443\r\n');
    expect(bytes).toMatch(/\r\n\r\n$/);
  });

  it('answers HEAD without a body when there is no such session', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send('HEAD /route/nobody HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await connection.rest()).toMatch(/^HTTP\/1\.1 404 [\s\S]*\r\n\r\n$/);
  });

  it('takes the id from the first of path, query, header and cookie that has one', async () => {
    const cookie = 'cookie: __Host-rollcall=cad\r\n';
    expectUpstream(await ask('/route/cad?sessionId=desk', DESK), 'gpu-2.example:8443');
    expectUpstream(await ask('/route?sessionId=cad', `${DESK}`), 'gpu-2.example:8443');
    expectUpstream(await ask('/route', `${DESK}${cookie}`), '10.0.0.1:8443');
    expectRefusal(await ask('/route/nobody', `${DESK}${cookie}`), 404, 'SESSION_NOT_FOUND');
  });

  it('puts an IPv6 address in brackets', async () => {
    await report({ server: 'gpu-6', endpoint: { host: '2001:db8::6' }, sessions: ['six'] });
    expectUpstream(await ask('/route/six'), '[2001:db8::6]:8443');
  });

  it('tells the port of HTTP and the base path of the host', async () => {
    const endpoint = { httpPort: 9443, quicPort: 0, webUrlPath: '/desk/' };
    await report({ server: 'gpu-5', endpoint, sessions: ['five'] });
    expect(await ask('/route/five')).toMatchObject({
      status: 200,
      headers: { 'x-rollcall-upstream': '10.0.0.1:9443', 'x-rollcall-base-path': '/desk' },
    });
  });

  it('follows a session that has moved', async () => {
    expectUpstream(await ask('/route/cad'), 'gpu-2.example:8443');
    await report({ server: 'gpu-2', sequence: 2, sessions: [] });
    await report({ server: 'gpu-7', endpoint: { host: '10.0.0.7' }, sessions: ['cad'] });
    expectUpstream(await ask('/route/cad'), '10.0.0.7:8443');
  });

  it.each([
    ['X-Forwarded-Host', 'x-forwarded-host: evil.example\r\n'],
    ['X-Forwarded-For', 'x-forwarded-for: 10.6.6.6\r\n'],
    ['X-Forwarded-Prefix', 'x-forwarded-prefix: /evil\r\n'],
    ['X-Original-URL', 'x-original-url: /route/cad\r\nx-rewrite-url: /route/cad\r\n'],
    ['Forwarded', 'forwarded: for=10.6.6.6;host=evil.example\r\n'],
    ['Host', 'host: evil.example:1\r\n'],
    ['an upstream of its own', 'x-rollcall-upstream: evil:1\r\nx-rollcall-base-path: /evil\r\n'],
    ['a wish to upgrade', 'connection: upgrade\r\nupgrade: websocket\r\n'],
  ])('answers the same whatever a client says in %s', async (_case, headers) => {
    expectUpstream(await ask('/route/desk', headers), '10.0.0.1:8443');
  });

  it.each([
    '/route/nobody',
    '/route/..',
    '/route/../desk',
    '/route/..%2fdesk',
    '/route/desk/../cad',
    '/route/desk/',
    '/route/%00',
    '/route/desk%00',
    '/route/desk%0d%0ax-rollcall-upstream:%20evil:1',
    '/route/http://evil',
    '/route/http:%2F%2Fevil',
    '/route/evil.example:443',
    '/route/desk@evil',
    '/route/~desk',
    '/route/DESK',
    '/route?sessionId=desk&sessionId=desk',
    '/route?sessionId=%',
    '/route?sessionId=http://evil',
    `/route/${'x'.repeat(321)}`,
    `/route?sessionId=${'x'.repeat(9_000)}`,
  ])('answers 404, and an upstream to nobody: %s', async (target) => {
    expectRefusal(await ask(target, DESK), 404, 'SESSION_NOT_FOUND');
  });

  it.each([
    ['two headers', `${DESK}${DESK}`],
    ['a header with broken encoding', 'x-rollcall-session: %zz\r\n'],
    ['a header with an encoded line end', 'x-rollcall-session: desk%0D%0Ax: y\r\n'],
    ['a header in Latin-1', 'x-rollcall-session: B\xfcro\r\n'],
    ['two cookies', 'cookie: __Host-rollcall=desk; __Host-rollcall=cad\r\n'],
    ['a forged cookie', 'cookie: __Host-rollcall=10.0.0.1:8443\r\n'],
    ['a cookie with a path', 'cookie: __Host-rollcall=../desk\r\n'],
  ])('answers 404 to %s', async (_case, headers) => {
    expectRefusal(await ask('/route', headers), 404, 'SESSION_NOT_FOUND');
  });

  it.each(['/route/%', '/route/%ff', '/route/%c0%af'])(
    'answers 400 to a path that cannot be read: %s',
    async (target) => {
      expectRefusal(await ask(target, DESK), 400, 'MALFORMED_REQUEST');
    },
  );

  it('I6: sends nothing to the store for an id that cannot be read, and answers 400 to none at all', async () => {
    expectRefusal(await ask('/route'), 400, 'INVALID_SESSION_ID');
    expectRefusal(
      await ask('/route/?sessionId=&x=y', 'cookie: a=b\r\n'),
      400,
      'INVALID_SESSION_ID',
    );
    expectRefusal(await ask('/route/%00'), 404, 'SESSION_NOT_FOUND');
    expectRefusal(await ask('/route/-x~desk'), 404, 'SESSION_NOT_FOUND');
    expect(lookup).not.toHaveBeenCalled();
  });

  it('I4: answers 404 for a bare id that two hosts have, and each qualified one', async () => {
    await report({ server: 'gpu-8', endpoint: { host: '10.0.0.8' } });
    expectRefusal(await ask('/route/console'), 404, 'SESSION_AMBIGUOUS');
    expectUpstream(await ask('/route/gpu-8~console'), '10.0.0.8:8443');
  });

  it('I7: answers 404 for an endpoint that is not allowed here', async () => {
    await report({ server: 'gpu-9', endpoint: { host: '169.254.169.254' }, sessions: ['bad'] });
    expectRefusal(await ask('/route/bad'), 404, 'ENDPOINT_REFUSED');
  });

  it('I7: makes no header of an endpoint that the store has got wrong', async () => {
    const evidence = await store.lookup({ kind: 'bare', local: 'desk' as never });
    if (evidence.kind !== 'answer') throw new Error('the test’s session is not there');
    const { destination } = evidence;
    const endpoint = { ...destination.endpoint, webUrlPath: '/\r\nx-rollcall-upstream: evil:1' };
    lookup.mockResolvedValueOnce({ ...evidence, destination: { ...destination, endpoint } });
    expectRefusal(await ask('/route/desk'), 404, 'ENDPOINT_REFUSED');
  });

  it('I1: answers the last known upstream, marked as stale, while the roll is not settled', async () => {
    clock.advance(store.policy.leaseTtlMs + 1);
    await until(
      'the session is found',
      async () => (await ask('/route/gpu-1~desk'))?.status === 200,
    );
    expect((await ask('/route/gpu-1~desk'))?.headers).toMatchObject({
      'x-rollcall-upstream': '10.0.0.1:8443',
      'x-rollcall-stale': 'unsettled',
    });
  });

  it('I1: answers 503, and asks to come back, while the store is away', async () => {
    store.goDown('unreachable');
    const response = await ask('/route/desk');
    expectRefusal(response, 503, 'STORE_UNAVAILABLE');
    expect(response?.headers['retry-after']).toBe('1');
  });

  it('answers 405 to other methods, and says which it takes', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const response = await exchange(
        resolver.port,
        `${method} /route/desk HTTP/1.1\r\nhost: x\r\n\r\n`,
      );
      expectRefusal(response, 405, 'METHOD_NOT_ALLOWED');
      expect(response?.headers.allow).toBe('GET, HEAD, POST');
    }
  });

  it.each(['/routes', '/route%2Fdesk', '/rout', '/s/desk/'])(
    'is not at the path %s',
    async (target) => {
      expectRefusal(await ask(target, DESK), 404, 'PATH_NOT_FOUND');
    },
  );

  it('is counted and logged as a lookup is, and the line says that a proxy asked', async () => {
    await ask('/route/desk');
    await ask('/route/my-secret-desk');
    await ask('/route/%00');
    await ask('/route');
    const told = lines.filter(({ msg }) => msg === 'lookup');
    expect(told).toEqual([
      expect.objectContaining({ level: 'debug', edge: 'proxy', outcome: 'live', server: 'gpu-1' }),
      expect.objectContaining({ level: 'info', edge: 'proxy', outcome: 'not_found_unknown' }),
      expect.objectContaining({ edge: 'proxy', outcome: 'invalid', problem: 'SESSION_NOT_FOUND' }),
      expect.objectContaining({ edge: 'proxy', outcome: 'invalid', problem: 'INVALID_SESSION_ID' }),
    ]);
    expect(JSON.stringify(lines.filter(({ level }) => level !== 'debug'))).not.toContain(
      'my-secret-desk',
    );
    const text = await (await fetch(`http://127.0.0.1:${resolver.opsPort}/metrics`)).text();
    expect(text).toContain('rollcall_lookups_total{outcome="live"} 1\n');
    expect(text).toContain('rollcall_lookups_total{outcome="invalid"} 2\n');
  });
});

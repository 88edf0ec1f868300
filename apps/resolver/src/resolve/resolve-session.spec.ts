import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { aReport, FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { injectedResolver, type InjectedResolver } from '../testing/injected-resolver';
import { recordingLogger, settle } from '../testing/resolver-under-test';

describe('POST /resolveSession', () => {
  const { lines, logger } = recordingLogger('debug');
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let lookup: jest.SpyInstance;
  let resolver: InjectedResolver;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    lines.length = 0;
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    lookup = jest.spyOn(store, 'lookup');
    const env = { ENDPOINT_ALLOW: '10.0.0.0/8,example.com' };
    resolver = await injectedResolver(store, env, logger);
    app = resolver.app;
    await settle(store, clock);
  });

  afterEach(() => resolver.close());

  const counted = (outcome: string) => resolver.counted(outcome);

  async function ask(
    query: string,
    request: { method?: 'POST'; payload?: string; headers?: Record<string, string> } = {},
  ) {
    const response = await app.inject({
      method: 'POST',
      url: `/resolveSession?${query}`,
      ...request,
    });
    const { code } = JSON.parse(response.body) as { code?: string };
    return { status: response.statusCode, headers: response.headers, text: response.body, code };
  }

  it('answers 200 with the five keys of the contract', async () => {
    await store.report(aReport({ endpoint: { host: '10.1.2.3', webUrlPath: '/dcv' } }));
    const answer = await ask('sessionId=gpu-1~console&transport=HTTP&clientIpAddress=192.0.2.7');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    expect(answer.headers).not.toHaveProperty('x-rollcall-stale');
    expect(answer.text).toBe(
      '{"SessionId":"console","TransportProtocol":"HTTP","DcvServerEndpoint":"10.1.2.3","Port":8443,"WebUrlPath":"/dcv"}',
    );
    expect(await counted('live')).toBe(1);
  });

  it('answers the bare id while one server has it', async () => {
    await store.report(aReport());
    expect((await ask('sessionId=console&transport=QUIC')).status).toBe(200);
  });

  it('answers 404 for QUIC of a host without QUIC, and 200 for HTTP', async () => {
    await store.report(aReport({ endpoint: { quicPort: 0 } }));
    expect(await ask('sessionId=console&transport=QUIC')).toMatchObject({
      status: 404,
      code: 'TRANSPORT_NOT_OFFERED',
    });
    expect((await ask('sessionId=console&transport=HTTP')).status).toBe(200);
    expect(await counted('not_found_transport')).toBe(1);
  });

  it('answers 404 for an id that nobody has', async () => {
    expect(await ask('sessionId=nobody&transport=HTTP')).toMatchObject({
      status: 404,
      code: 'SESSION_NOT_FOUND',
    });
    expect(await counted('not_found_unknown')).toBe(1);
  });

  it('I6: answers 404 for an id that nobody could have, without asking the store', async () => {
    expect(await ask('sessionId=~console&transport=HTTP')).toMatchObject({
      status: 404,
      code: 'SESSION_NOT_FOUND',
    });
    expect(lookup).not.toHaveBeenCalled();
  });

  it('I2: answers 404 for a lapsed session of a settled roll', async () => {
    await store.report(aReport());
    for (let passed = 0; passed <= store.policy.leaseTtlMs; passed += store.policy.renewEveryMs) {
      clock.advance(store.policy.renewEveryMs);
      await store.renew();
    }
    expect(await ask('sessionId=gpu-1~console&transport=HTTP')).toMatchObject({
      status: 404,
      code: 'SESSION_LAPSED',
    });
  });

  it('I4: answers 404 for a bare id that two servers have, and each qualified id', async () => {
    await store.report(aReport({ server: 'gpu-1' }));
    await store.report(aReport({ server: 'gpu-2', endpoint: { host: '10.0.0.2' } }));
    expect(await ask('sessionId=console&transport=HTTP')).toMatchObject({
      status: 404,
      code: 'SESSION_AMBIGUOUS',
    });
    expect((await ask('sessionId=gpu-2~console&transport=HTTP')).text).toContain(
      '"SessionId":"console"',
    );
  });

  it.each(['192.168.0.1', 'example.net'])(
    'I7: answers 404 when the endpoint %s is not allowed here',
    async (host) => {
      await store.report(aReport({ endpoint: { host } }));
      expect(await ask('sessionId=console&transport=HTTP')).toMatchObject({
        status: 404,
        code: 'ENDPOINT_REFUSED',
      });
      expect(await counted('not_found_endpoint_refused')).toBe(1);
    },
  );

  it('I1: answers the last known endpoint, marked as stale, while the roll is not settled', async () => {
    await store.report(aReport());
    clock.advance(store.policy.leaseTtlMs + 1);
    const answer = await ask('sessionId=gpu-1~console&transport=HTTP');
    expect(answer).toMatchObject({ status: 200, headers: { 'x-rollcall-stale': 'unsettled' } });
    expect(await counted('stale_unsettled')).toBe(1);
  });

  it('I1: answers the same when the store says settled, but its own renewals fail', async () => {
    await store.report(aReport());
    for (let passed = 0; passed <= store.policy.leaseTtlMs; passed += store.policy.renewEveryMs) {
      clock.advance(store.policy.renewEveryMs);
      await store.renew();
    }
    resolver.trusts({ renewing: false, settled: true });
    expect((await ask('sessionId=gpu-1~console&transport=HTTP')).headers['x-rollcall-stale']).toBe(
      'unsettled',
    );
    expect(await ask('sessionId=nobody&transport=HTTP')).toMatchObject({
      status: 503,
      code: 'ROLL_WARMING',
    });
  });

  it('I5: answers 503 and not 404 for an unknown id of a roll that is not settled', async () => {
    store.clear();
    expect(await ask('sessionId=console&transport=HTTP')).toMatchObject({
      status: 503,
      code: 'ROLL_WARMING',
      headers: { 'retry-after': '1' },
    });
    expect(await counted('warming')).toBe(1);
  });

  it('I5: answers a bare id once everybody was heard, while an unknown id is still no 404', async () => {
    store.clear();
    await store.report(aReport());
    const { heardAfterMs, renewEveryMs } = store.policy;
    const [bare, unknown] = ['console', 'nobody'].map((id) => `sessionId=${id}&transport=HTTP`);
    for (let passed = 0; passed < heardAfterMs; passed += renewEveryMs) {
      expect(await ask(bare!)).toMatchObject({ status: 503, code: 'ROLL_WARMING' });
      clock.advance(renewEveryMs);
      await store.renew();
    }
    expect(await ask(bare!)).toMatchObject({ status: 200 });
    expect(await ask(unknown!)).toMatchObject({ status: 503, code: 'ROLL_WARMING' });
  });

  it.each(['console', 'gpu-1~console', 'nobody'])(
    'I1: answers 503 for %s while the store is down',
    async (id) => {
      await store.report(aReport());
      store.goDown('unreachable');
      expect(await ask(`sessionId=${id}&transport=HTTP`)).toMatchObject({
        status: 503,
        code: 'STORE_UNAVAILABLE',
        headers: { 'retry-after': '1', 'cache-control': 'no-store' },
      });
      expect(await counted('unavailable')).toBe(1);
    },
  );

  it('answers a fault of ours with a body as every other', async () => {
    lookup.mockRejectedValueOnce(new TypeError('a bug'));
    expect(await ask('sessionId=console&transport=HTTP')).toMatchObject({
      status: 500,
      code: 'INTERNAL_ERROR',
    });
  });

  it.each(['', '192.0.2.7', '2001:db8::1', '2001%3Adb8%3A%3A1', 'fe80::1%25eth0', 'nobody', '%00'])(
    'answers the same whatever the client’s address is: "%s"',
    async (address) => {
      await store.report(aReport());
      const plain = await ask('sessionId=console&transport=HTTP');
      const answer = await ask(`clientIpAddress=${address}&sessionId=console&transport=HTTP`);
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(plain.text);
    },
  );

  it.each([
    ['no session id', 'transport=HTTP', 'INVALID_SESSION_ID'],
    ['an empty session id', 'sessionId=&transport=HTTP', 'INVALID_SESSION_ID'],
    [
      'an over-long session id',
      `sessionId=${'x'.repeat(321)}&transport=HTTP`,
      'INVALID_SESSION_ID',
    ],
    ['a control character', 'sessionId=a%0Ab&transport=HTTP', 'INVALID_SESSION_ID'],
    ['no transport', 'sessionId=console', 'INVALID_TRANSPORT'],
    ['a wrong transport', 'sessionId=console&transport=http', 'INVALID_TRANSPORT'],
    ['a repeated parameter', 'sessionId=a&sessionId=a&transport=HTTP', 'INVALID_QUERY'],
    ['broken percent-encoding', 'sessionId=%E0%A4%A&transport=HTTP', 'INVALID_QUERY'],
    [
      'a repeated address',
      'sessionId=a&transport=HTTP&clientIpAddress=192.0.2.7&clientIpAddress=192.0.2.7',
      'INVALID_QUERY',
    ],
    ['a badly encoded address', 'clientIpAddress=%&sessionId=a&transport=HTTP', 'INVALID_QUERY'],
    ['a badly encoded stranger', 'sessionId=a&transport=HTTP&x=%FF', 'INVALID_QUERY'],
  ])('I6: answers 400 to %s, without asking the store', async (_case, query, code) => {
    expect(await ask(query)).toMatchObject({ status: 400, code });
    expect(lookup).not.toHaveBeenCalled();
    expect(await counted('invalid')).toBe(1);
  });

  it.each([
    ['JSON', 'application/json', '{"sessionId":"other"}'],
    ['broken JSON', 'application/json', '{"sessionId":'],
    ['nothing, called JSON', 'application/json', ''],
    ['poisoned JSON', 'application/json', '{"__proto__":{"x":1}}'],
    ['a form', 'application/x-www-form-urlencoded', 'sessionId=other&transport=QUIC'],
    ['a broken multipart', 'multipart/form-data', 'nothing'],
    ['an unknown type', 'x/y', 'z'],
    ['no type at all', ';;;', 'z'],
  ])('ignores a body of %s', async (_case, type, payload) => {
    await store.report(aReport());
    const answer = await ask('sessionId=console&transport=HTTP', {
      payload,
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"TransportProtocol":"HTTP"');
  });

  it('answers 413 to a body of more than 16 KB, without asking the store', async () => {
    const payload = 'x'.repeat(16 * 1024 + 1);
    expect(await ask('sessionId=console&transport=HTTP', { payload })).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
    expect(
      (await ask('sessionId=console&transport=HTTP', { payload: payload.slice(1) })).status,
    ).not.toBe(413);
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH', 'TRACE'])(
    'answers 405 to %s, and says what is allowed',
    async (method) => {
      const response = await app.inject({
        method: method as 'GET',
        url: '/resolveSession?sessionId=a&transport=HTTP',
      });
      expect(response.statusCode).toBe(405);
      expect(response.headers.allow).toBe('POST');
      if (method !== 'HEAD') expect(response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
      expect(lookup).not.toHaveBeenCalled();
    },
  );

  it.each([
    '/',
    '/resolveSession/',
    '/resolvesession',
    '/resolveSession/x',
    '/health/live',
    '/x?/resolveSession',
    '/%2FresolveSession',
  ])('answers 404 at the path %s', async (url) => {
    for (const method of ['POST', 'GET'] as const) {
      const response = await app.inject({
        method,
        url,
        payload: method === 'POST' ? '{' : undefined,
      });
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({ code: 'PATH_NOT_FOUND' });
    }
  });

  it('answers a gateway whose resolver URL ends with a slash', async () => {
    await store.report(aReport());
    const url = '//resolveSession?sessionId=gpu-1~console&transport=HTTP';
    expect((await app.inject({ method: 'POST', url })).statusCode).toBe(200);
  });

  it.each(['//resolveSession', '///resolveSession?x=http://y/', '/resolveSession#x'])(
    'answers 405 to GET where it answers POST: %s',
    async (url) => {
      expect((await app.inject({ method: 'POST', url })).json()).toMatchObject({
        code: 'INVALID_SESSION_ID',
      });
      const refused = await app.inject({ method: 'GET', url });
      expect(refused.statusCode).toBe(405);
      expect(refused.headers.allow).toBe('POST');
    },
  );

  it.each(['/%', '/resolveSession%ZZ', '/%FF%FE', '/%E0%A4%A'])(
    'answers 400 to the unreadable path %s',
    async (url) => {
      const response = await app.inject({ method: 'POST', url });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'MALFORMED_REQUEST' });
    },
  );

  describe('in the log', () => {
    const lookups = () => lines.filter(({ msg }) => String(msg).includes('lookup'));

    it('is a line at debug when found, and at info with the id masked when not', async () => {
      await store.report(aReport());
      await ask('sessionId=console&transport=HTTP&clientIpAddress=192.0.2.77');
      await ask('sessionId=my-secret-desk&transport=QUIC&clientIpAddress=192.0.2.77');
      await ask('sessionId=my-secret-desk&transport=FTP&clientIpAddress=192.0.2.77');
      expect(lookups()).toEqual([
        expect.objectContaining({
          level: 'debug',
          outcome: 'live',
          sessionId: 'console',
          server: 'gpu-1',
          transport: 'HTTP',
        }),
        expect.objectContaining({
          level: 'info',
          outcome: 'not_found_unknown',
          session: expect.stringMatching(/^#[0-9a-f]{8}$/),
          transport: 'QUIC',
        }),
        expect.objectContaining({
          level: 'info',
          outcome: 'invalid',
          problem: 'INVALID_TRANSPORT',
        }),
      ]);
      const text = JSON.stringify(lines.filter(({ level }) => level !== 'debug'));
      expect(text).not.toContain('my-secret-desk');
      expect(JSON.stringify(lines)).not.toContain('192.0.2.77');
    });

    it('is one line and a count in an outage', async () => {
      store.goDown('unreachable');
      for (let count = 0; count < 500; count++) await ask('sessionId=console&transport=HTTP');
      resolver.logs.nextPeriod();
      expect(lookups()).toEqual([
        expect.objectContaining({ level: 'warn', outcome: 'unavailable', cause: 'unreachable' }),
        expect.objectContaining({ level: 'warn', outcome: 'unavailable', unlogged: 499 }),
      ]);
    });
  });
});

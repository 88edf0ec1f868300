import { ERRORS, type ErrorCode } from '@rollcall/contracts';
import {
  aReport,
  damagedRequest,
  exchange,
  FakeClock,
  InMemorySessionStore,
  MALFORMED_KINDS,
  malformedRequests,
  RawConnection,
  SeededRandom,
  type RawResponse,
} from '@rollcall/testing';
import type { RunningResolver } from './resolver.application';
import { settle, startOn, untilReady } from './testing/resolver-under-test';

const SEED = 20_261_121;
const LOOKUP =
  'POST /resolveSession?sessionId=gpu-1~console&transport=HTTP HTTP/1.1\r\nhost: resolver\r\n';

describe('malformed input', () => {
  const clock = new FakeClock();
  const store = new InMemorySessionStore({ clock });
  const lookup = jest.spyOn(store, 'lookup');
  let resolver: RunningResolver;

  beforeAll(async () => {
    await settle(store, clock);
    await store.report(aReport());
    resolver = await startOn(store);
    await untilReady(resolver);
  });

  beforeEach(() => lookup.mockClear());

  afterEach(async () => {
    expect(await exchange(resolver.port, `${LOOKUP}\r\n`)).toMatchObject({ status: 200 });
  });

  afterAll(() => resolver.stop());

  function expectRefusal(response: RawResponse | undefined, code?: ErrorCode): void {
    const body = JSON.parse(response?.body ?? 'null') as { code: ErrorCode };
    if (code) expect(body.code).toBe(code);
    expect(body).toEqual({ code: body.code, message: ERRORS[body.code].message });
    expect(response?.status).toBe(ERRORS[body.code].status);
    expect(response?.status).toBeLessThan(500);
    expect(response?.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
  }

  it.each(MALFORMED_KINDS.map((kind) => [kind] as const))(
    'I6: is refused without a word to the store: %s',
    async (kind) => {
      for (const { bytes, unfinished } of malformedRequests(kind, SEED, 50)) {
        expectRefusal(await exchange(resolver.port, bytes, { finish: unfinished }));
      }
      expect(lookup).not.toHaveBeenCalled();
    },
  );

  it('never gets a 5xx nor silence, whatever bytes of a good request are changed', async () => {
    const random = new SeededRandom(SEED);
    for (let count = 0; count < 500; count++) {
      const response = await exchange(resolver.port, damagedRequest(random), { finish: true });
      if (response?.status === 200) continue;
      expectRefusal(response);
    }
  });

  it.each<[string, string, ErrorCode]>([
    [
      'a method nobody knows',
      `BREW /resolveSession HTTP/1.1\r\nhost: x\r\n\r\n`,
      'METHOD_NOT_ALLOWED',
    ],
    ['a method in lower case', LOOKUP.replace('POST', 'post') + '\r\n', 'METHOD_NOT_ALLOWED'],
    ['CONNECT', 'CONNECT gpu-1:8443 HTTP/1.1\r\nhost: gpu-1:8443\r\n\r\n', 'METHOD_NOT_ALLOWED'],
    [
      'GET in absolute form',
      'GET http://resolver/resolveSession HTTP/1.1\r\nhost: x\r\n\r\n',
      'METHOD_NOT_ALLOWED',
    ],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n', 'PATH_NOT_FOUND'],
    ['no words at all', 'asdf\r\n\r\n', 'MALFORMED_REQUEST'],
    ['headers without end', `${LOOKUP}${'x: y\r\n'.repeat(10_000)}\r\n`, 'HEADERS_TOO_LARGE'],
    ['a megabyte of target', `POST /${'a'.repeat(2 ** 20)} HTTP/1.1\r\n\r\n`, 'HEADERS_TOO_LARGE'],
    [
      'a megabyte of body',
      `${LOOKUP}content-length: ${2 ** 20}\r\n\r\n${'x'.repeat(2 ** 20)}`,
      'BODY_TOO_LARGE',
    ],
    [
      'a megabyte in chunks',
      `${LOOKUP}transfer-encoding: chunked\r\n\r\n${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(32)}0\r\n\r\n`,
      'BODY_TOO_LARGE',
    ],
    [
      'a body that is only announced',
      `${LOOKUP}content-length: 1000000\r\nexpect: 100-continue\r\n\r\n`,
      'BODY_TOO_LARGE',
    ],
    [
      'a large chunk extension',
      `${LOOKUP}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
      'BODY_TOO_LARGE',
    ],
  ])('is told apart: %s', async (_case, bytes, code) => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(bytes);
    const first = await connection.next();
    const response = first?.status === 100 ? await connection.next() : first;
    connection.destroy();
    expectRefusal(response, code);
    if (code === 'METHOD_NOT_ALLOWED') expect(response?.headers.allow).toBe('POST');
    expect(lookup).not.toHaveBeenCalled();
  });

  it('is refused behind a good request on the same connection', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(`${LOOKUP}\r\n`);
    expect(await connection.next()).toMatchObject({ status: 200 });
    connection.send('rubbish\r\n\r\n');
    expectRefusal(await connection.next(), 'MALFORMED_REQUEST');
    expect(await connection.rest()).toBe('');
  });

  it('is read to its end after the answer, so that no reset takes the answer away', async () => {
    const connection = await RawConnection.open(resolver.port, { allowHalfOpen: true });
    connection.send(`${LOOKUP}x: ${'y'.repeat(20_000)}`);
    expectRefusal(await connection.next(), 'HEADERS_TOO_LARGE');
    for (let count = 0; count < 10; count++) {
      connection.send('y'.repeat(100_000));
      await new Promise(setImmediate);
    }
    connection.finish();
    expect(await connection.rest()).toBe('');
    expect(connection.failure).toBeUndefined();
  });

  it('ends a connection without an answer to what comes after it', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(`rubbish\r\n\r\n${LOOKUP}\r\n`);
    expectRefusal(await connection.next(), 'MALFORMED_REQUEST');
    connection.send(`${LOOKUP}\r\n`);
    expect(await connection.rest()).toBe('');
    expect(lookup).not.toHaveBeenCalled();
  });

  it.each([
    '',
    'POST ',
    'rubbish\r\n\r\n',
    `${LOOKUP}\r\n`,
    'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  ])('brings nothing down when the connection is reset after "%s"', async (bytes) => {
    for (let count = 0; count < 20; count++) {
      const connection = await RawConnection.open(resolver.port);
      connection.send(bytes);
      if (count % 2 === 0 && bytes.endsWith('\n')) await connection.next();
      connection.reset();
    }
  });

  it('is answered with a 408 when it does not come to its end in time', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(LOOKUP);
    expectRefusal(await connection.next(), 'REQUEST_TIMEOUT');
    expect(await connection.rest()).toBe('');
    expect(lookup).not.toHaveBeenCalled();
  }, 30_000);

  it.each([
    ['HTTP/1.0', 'POST /resolveSession?sessionId=console&transport=HTTP HTTP/1.0\r\n\r\n'],
    [
      'the absolute form',
      LOOKUP.replace('/resolveSession', 'http://resolver:8447/resolveSession') + '\r\n',
    ],
    [
      'a body that waits to be asked for',
      `${LOOKUP}expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}`,
    ],
    ['an expectation nobody knows', `${LOOKUP}expect: a miracle\r\n\r\n`],
    ['a small body in chunks', `${LOOKUP}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['a wish to upgrade', `${LOOKUP}connection: upgrade\r\nupgrade: websocket\r\n\r\n`],
    ['a content type that is none', `${LOOKUP}content-type: ;;;\r\ncontent-length: 2\r\n\r\n{}`],
    ['an empty content type', `${LOOKUP}content-type:\r\ncontent-length: 2\r\n\r\n{}`],
  ])('is not what this is: %s', async (_case, bytes) => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(bytes);
    const first = await connection.next();
    const response = first?.status === 100 ? await connection.next() : first;
    connection.destroy();
    expect(response?.status).toBe(200);
  });

  it('keeps a connection for many requests, also pipelined ones', async () => {
    const connection = await RawConnection.open(resolver.port);
    connection.send(`${LOOKUP}\r\n`.repeat(100));
    for (let count = 0; count < 100; count++)
      expect(await connection.next()).toMatchObject({ status: 200 });
    connection.destroy();
    expect(lookup).toHaveBeenCalledTimes(100);
  });
});

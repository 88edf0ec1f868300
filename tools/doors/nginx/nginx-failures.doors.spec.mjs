import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from '../../start/until.mjs';
import { NginxSite, TOKEN } from './nginx-site.mjs';
import { RouteStandIn } from './route-stand-in.mjs';

const LOGGED_WITHIN_MS = 5_000;
/** More than there are resolvers. */
const ROUNDS = 4;

/** What people see when something is away, and what the logs say of it. */
describe('nginx, when something fails', () => {
  let site;
  let silent;
  const openSockets = new Set();
  beforeAll(async () => {
    site = await NginxSite.start();
    silent = createServer((socket) => openSockets.add(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => {
    expect(site.door.accessLog()).not.toContain(TOKEN);
    expect(site.door.errorLog()).not.toContain(TOKEN);
  });
  afterAll(async () => {
    await site?.stop();
    for (const socket of openSockets) socket.destroy();
    silent?.close();
  });

  const closedPort = '127.0.0.1:1';

  /** Opens a session, and waits for its line in the log. */
  async function failure(id, of = site) {
    const lines = of.log.length;
    const answer = await of.open(id, 'page');
    expect(await until(() => of.log.length > lines, LOGGED_WITHIN_MS)).toBe(true);
    const line = of.log.at(-1);
    expect(line).toMatchObject({ path: `/s/${id}/page`, status: answer.status, session: id });
    return { answer, line };
  }

  function expectTryAgain({ status, headers, text }) {
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(text).toContain('Try again');
  }

  it('404s a session that there is not, and logs the resolver’s status', async () => {
    const { answer, line } = await failure('nobody');
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('no such session') });
    expect(line).toMatchObject({ routeStatus: '404', upstream: '', upstreamStatus: '' });
  });

  it.each([
    ['refuses connections', () => closedPort, '502'],
    ['speaks plain HTTP', () => new URL(site.routes.url).host, '502'],
    ['has a name, while nginx has no name server', () => 'host.test:8443', ''],
    ['has a port that there is not', () => '0.0.0.0:0', ''],
    ['does not answer the TLS handshake', () => `127.0.0.1:${silent.address().port}`, '504'],
  ])('asks to try again where a host %s, and logs it', async (_, upstream, upstreamStatus) => {
    site.routes.set('away', { upstream: upstream() });
    const { answer, line } = await failure('away');
    expectTryAgain(answer);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(line).toMatchObject({ routeStatus: '200', upstream: upstream(), upstreamStatus });
  });

  it('closes what a host has begun and not ended, and logs it without the token', async () => {
    const answer = (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begun', () => request.socket.destroy());
    };
    await site.host('broken', { answer });
    await expect(site.open('broken')).rejects.toThrow();
  });

  it.each([
    ['says that its store is down', { status: 503 }, '503'],
    ['is stopping, like the other one', { status: 503, 'retry-after': '1' }, '503'],
    ['stands behind something that forbids to ask', { status: 403 }, '403'],
    ['wants a password', { status: 401, 'www-authenticate': 'Basic' }, '401'],
    ['is somewhere else', { status: 302, location: 'http://evil.example/' }, '302'],
    ['is none: there is no upstream in its answer', { status: 200 }, '200'],
    ['names no host', { upstream: 'somebody@evil.example:443' }, '200'],
    ['names a path', { upstream: 'evil.example:443/x' }, '200'],
    ['names no port', { upstream: 'evil.example' }, '200'],
    ['does not answer', 'nothing', '504'],
  ])('asks to try again where the resolver %s', async (_, route, routeStatus) => {
    site.routes.set('unknown', route);
    const { answer, line } = await failure('unknown');
    expectTryAgain(answer);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(line).toMatchObject({ routeStatus, upstream: '' });
  });

  it('asks to try again where no resolver is there', async () => {
    const away = `http://${closedPort}`;
    const lonely = await NginxSite.start({ resolvers: [away, away] });
    try {
      const { answer, line } = await failure('a', lonely);
      expectTryAgain(answer);
      expect(line).toMatchObject({ upstream: '', routeStatus: '502, 502' });
      expect(lonely.door.errorLog()).not.toContain(TOKEN);
    } finally {
      await lonely.stop();
    }
  });

  it('asks the other resolver where one refuses, hangs, or is stopping', async () => {
    const stopping = await new RouteStandIn().start();
    stopping.set('pair', { status: 503 });
    const host = await site.host('pair');
    const { port } = silent.address();
    for (const other of [`http://${closedPort}`, `http://127.0.0.1:${port}`, stopping.url]) {
      const pair = await NginxSite.start({ resolvers: [other, site.routes.url] });
      try {
        for (let round = 0; round < ROUNDS; round += 1)
          expect(await pair.open('pair')).toMatchObject({ status: 200 });
      } finally {
        await pair.stop();
      }
    }
    expect(host.requests).toHaveLength(3 * ROUNDS);
    expect(stopping.asked.length).toBeGreaterThan(0);
    await stopping.stop();
  });

  it('logs no token when it has no connections left for a host', async () => {
    const small = await NginxSite.start({
      main: [
        [/worker_processes \w+/, 'worker_processes 1'],
        [/worker_connections \d+/, 'worker_connections 12'],
      ],
    });
    try {
      await small.host('a');
      const statuses = await Promise.all(
        Array.from({ length: 6 }, () =>
          small.open('a').then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      );
      expect(statuses.some((status) => status !== 200)).toBe(true);
      expect(small.door.errorLog()).not.toContain(TOKEN);
    } finally {
      await small.stop();
    }
  });

  it('logs no token of a request that it does not understand', async () => {
    const garbage = [
      `GET /s/a/?authToken=${TOKEN} HTTP/9.9\r\n\r\n`,
      `GET /s/a/?authToken=${TOKEN}\r\n\r\n`,
      `GET /s/a/ ?authToken=${TOKEN} HTTP/1.1\r\n\r\n`,
      `GET /s/a/?authToken=${TOKEN} HTTP/1.1\r\nHost: a b\r\n\r\n`,
      `GET /s/%00/?authToken=${TOKEN} HTTP/1.1\r\nHost: ${site.client.authority}\r\n\r\n`,
      `GET /s/a/?authToken=${TOKEN}${'x'.repeat(40_000)} HTTP/1.1\r\n\r\n`,
    ];
    for (const text of garbage) expect(await site.client.sendRaw(text)).not.toBe(200);
  });
});

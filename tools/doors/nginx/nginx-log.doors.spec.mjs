import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../start/until.mjs';
import { NginxSite, SERVER_NAME, TOKEN } from './nginx-site.mjs';

const LOGGED_WITHIN_MS = 5_000;

describe('nginx’s access log', () => {
  let site;
  beforeAll(async () => (site = await NginxSite.start()));
  afterEach(() => site.closeStreams());
  afterAll(() => site?.stop());

  const logged = async (isWanted) => {
    const found = () => site.log.find(isWanted);
    expect(await until(() => found() !== undefined, LOGGED_WITHIN_MS)).toBe(true);
    return found();
  };

  it('has a line in JSON for every request, with what an operator needs to know', async () => {
    const host = await site.host('a');
    await site.open('a', 'page');
    const line = await logged(({ path }) => path === '/s/a/page');
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      client: '127.0.0.1',
      method: 'GET',
      path: '/s/a/page',
      status: 200,
      session: 'a',
      chosenBy: 'path',
      kind: 'http',
      routeStatus: '200',
      stale: '',
      upstream: host.upstream,
      upstreamStatus: '200',
      connectSeconds: expect.stringMatching(/^\d+\.\d{3}$/),
      bytesIn: expect.any(Number),
      bytesOut: expect.any(Number),
      seconds: expect.any(Number),
    });
  });

  it('says what chose the session, and that the answer was stale', async () => {
    const { upstream } = await site.host('kept');
    site.routes.set('kept', { upstream, 'x-rollcall-stale': 'held' });
    await site.client.get('/by-cookie', { headers: { cookie: '__Host-rollcall=kept' } });
    const line = await logged(({ path }) => path === '/by-cookie');
    expect(line).toMatchObject({ session: 'kept', chosenBy: 'cookie', stale: 'held' });
    await site.client.get('/by-nothing');
    const nothing = await logged(({ path }) => path === '/by-nothing');
    expect(nothing).toMatchObject({ session: '', chosenBy: '', status: 404 });
  });

  it('has the line of a WebSocket when it ends', async () => {
    await site.host('streamed');
    await site.stream('streamed');
    const isStream = ({ path }) => path === '/s/streamed/ws';
    expect(site.log.some(isStream)).toBe(false);
    site.closeStreams();
    expect(await logged(isStream)).toMatchObject({ status: 101, kind: 'websocket' });
  });

  it('is valid JSON in printable ASCII, whatever comes', async () => {
    const host = `Host: ${SERVER_NAME}:${site.door.port}\r\nConnection: close\r\n`;
    const raw = [
      `GET /s/a/"quoted\\" HTTP/1.1\r\n${host}\r\n`,
      `GET /s/a/\xe3\xff/x HTTP/1.1\r\n${host}\r\n`,
      `GET /nowhere HTTP/1.1\r\n${host}Cookie: __Host-rollcall="\xff\x01\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: \xff"\r\nConnection: close\r\n\r\n`,
      `GET /0.9\r\n\r\n`,
      `"'{\\\r\n\r\n`,
    ];
    const lines = site.log.length;
    for (const text of raw) await site.client.sendRaw(Buffer.from(text, 'latin1'));
    expect(await until(() => site.log.length >= lines + raw.length, LOGGED_WITHIN_MS)).toBe(true);
    expect(site.door.accessLog()).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('is valid JSON even for requests that old workers were not allowed to end', async () => {
    const cutOff = await NginxSite.start({ main: [[/^/, 'worker_shutdown_timeout 1s;\n']] });
    try {
      const host = await cutOff.host('slow', { answer: () => undefined });
      const asking = cutOff.open('slow').catch(() => 'cut off');
      expect(await until(() => host.requests.length > 0, LOGGED_WITHIN_MS)).toBe(true);
      await cutOff.door.reload();
      expect(await asking).toBe('cut off');
      expect(await until(() => cutOff.log.length > 0, LOGGED_WITHIN_MS)).toBe(true);
      expect(cutOff.log.map(({ path, status }) => [path, status])).toEqual([['/s/slow/', 0]]);
    } finally {
      await cutOff.stop();
    }
  });

  it.each([
    ['in the query', `/s/a/?authToken=${TOKEN}`],
    ['behind an encoded question mark', `/s/a/%3FauthToken=${TOKEN}`],
    ['behind an encoded equals sign', `/s/a/%2561uthToken%3D${TOKEN}`],
    ['behind what was encoded twice', `/s/a/%253F%2561uthToken%253d${TOKEN}`],
    ['in the path', `/s/a/authtoken/${TOKEN}`],
    ['in a link without its slash', `/s/a?authToken=${TOKEN}`],
    ['outside a session', `/?authToken=${TOKEN}`],
  ])('has no token that stands %s', async (_, path) => {
    const lines = site.log.length;
    const headers = { referer: `https://${site.client.authority}${path}` };
    await site.client.get(path, { headers });
    await site.client.get(path, { headers: { ...headers, host: 'evil.example' } });
    expect(await until(() => site.log.length >= lines + 2, LOGGED_WITHIN_MS)).toBe(true);
    expect(site.door.accessLog()).not.toContain(TOKEN);
    expect(site.door.errorLog()).not.toContain(TOKEN);
  });

  describe('is rotated', () => {
    const rotation = () =>
      readFileSync(join(site.installed, 'etc/logrotate.d/rollcall-door'), 'utf8');

    it('daily, and kept for seven days', () => {
      const [head, ...directives] = rotation()
        .replace(/^#.*\n/gm, '')
        .trim()
        .split(/\n\s*/);
      expect(head).toBe(`${site.installed}/var/log/rollcall-door/*.log {`);
      expect(directives).toEqual([
        ...['daily', 'rotate 7', 'missingok', 'notifempty', 'compress', 'delaycompress'],
        ...['create 0640 www-data adm', 'sharedscripts', 'postrotate'],
        expect.stringMatching(/^if \[ -f (\S+) \]; then kill -USR1 "\$\(cat \1\)"; fi$/),
        ...['endscript', '}'],
      ]);
    });

    it('without closing a WebSocket', async () => {
      await site.host('rotated');
      const stream = await site.stream('rotated');
      const log = join(site.installed, 'var/log/rollcall-door/access.log');
      renameSync(log, `${log}.1`);
      const [, script] = /postrotate\n([\s\S]*?)\n\s*endscript/.exec(rotation());
      execFileSync('sh', ['-ec', script]);
      expect(await until(() => existsSync(log), LOGGED_WITHIN_MS)).toBe(true);
      await site.open('rotated', 'after');
      await logged(({ path }) => path === '/s/rotated/after');
      expect(readFileSync(`${log}.1`, 'utf8')).not.toContain('/s/rotated/after');
      stream.sendText('still');
      expect(await stream.hearText()).toBe('still');
    });
  });
});

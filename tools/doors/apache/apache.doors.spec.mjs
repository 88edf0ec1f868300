import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../start/until.mjs';
import { DoorLoad } from '../door-load.mjs';
import { describeDoor } from '../door-suite.mjs';
import { startDoor } from './apache-door.mjs';
import { ApacheSite } from './apache-site.mjs';
import { holeInTheNetwork } from './hole-in-the-network.mjs';
import { hangs } from './route-stand-in.mjs';

describeDoor('Apache', startDoor);

const START_TIMEOUT_MS = 60_000;
const WITHIN_MS = 10_000;
/** Two resolvers that hang, and half a second for a busy machine. */
const BOUND_MS = 1_700;
/** Much less than any wait. */
const AT_ONCE_MS = 300;
/** `connectiontimeout`. */
const HOST_CONNECT_MS = 5_000;
const AFTERWARDS_MS = 1_000;
const SOCKETS = 20;
const SECRET = 'a-token-that-nobody-may-see-in-a-log';

describe('the door Apache, by itself', () => {
  let site;
  beforeAll(async () => {
    site = await ApacheSite.start();
  }, START_TIMEOUT_MS);
  afterAll(() => site?.stop(), START_TIMEOUT_MS);

  async function timed(asking) {
    const startedAt = performance.now();
    return { answer: await asking, tookMs: performance.now() - startedAt };
  }

  /** The processes of the map program that ask in the name of this Apache. */
  function routeProgramPids() {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => isRouteProgram(pid));
  }

  function isRouteProgram(pid) {
    try {
      const isNamed = readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('rollcall-route');
      return isNamed && ancestors(pid).includes(site.door.pid);
    } catch {
      return false;
    }
  }

  function ancestors(pid) {
    const parent = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    return parent > 1 ? [parent, ...ancestors(parent)] : [];
  }

  it('takes the shipped configuration without a word', () => {
    expect(site.door.said.replace(/^.*AH01882.*$\n/gm, '')).toBe('Syntax OK\n');
  });

  describe('chooses a session', () => {
    const ofA = { 'x-session-id': 'a~console' };
    const ofB = { 'x-session-id': 'b~console' };
    const cookie = (id) => ({ cookie: `before=1; __Host-rollcall=${id}; after=2` });

    it('by its path before the header, and by the header before the cookie', async () => {
      expect(await site.where('/s/a~console/', { ...ofB, ...cookie('b~console') })).toBe('200 a');
      expect(await site.where('/app.js', { ...ofA, ...cookie('b~console') })).toBe('200 a');
      expect(await site.where('/app.js', cookie('b~console'))).toBe('200 b');
    });

    it('for a WebSocket by the header, too', async () => {
      const channel = await site.client.open('/auth', { headers: ofB });
      channel.send({ authToken: 'x' });
      expect(await channel.hear()).toMatchObject({ auth: 'no' });
      channel.close();
    });

    it('with a cookie for what follows, where path or header chose it', async () => {
      for (const [path, headers] of [['/s/a~console/'], ['/', ofA]]) {
        const { headers: answered } = await site.get(path, headers);
        expect(answered['set-cookie']).toEqual([
          '__Host-rollcall=a~console; Path=/; Secure; HttpOnly; SameSite=Strict',
        ]);
      }
      const again = await site.get('/', cookie('a~console'));
      expect(again.headers['set-cookie']).toBeUndefined();
    });

    it('without a cookie where there is none, or nobody knows', async () => {
      site.resolversBehave = hangs;
      try {
        const { status, headers } = await site.get('/s/a~console/');
        expect([status, headers['set-cookie']]).toEqual([503, undefined]);
      } finally {
        site.resolversBehave = undefined;
      }
      await until(async () => (await site.where('/s/a~console/')) === '200 a', WITHIN_MS);
      const { status, headers } = await site.get('/s/nobody/');
      expect([status, headers['set-cookie']]).toEqual([404, undefined]);
    });

    it.each(['../a', '127.0.0.1:1', 'a~console|', 'a b', '%61~console', 'a'.repeat(201)])(
      'not by the header %p, nor then by the cookie',
      async (value) => {
        const headers = { 'x-session-id': value, ...cookie('b~console') };
        expect(await site.where('/app.js', headers)).toBe('404');
      },
    );

    it.each(['/s/', '/s', '/s?x', '/s//a~console/', '//a~console/', '/s/%61~console/'])(
      'not by the path %p, nor then by header or cookie',
      async (path) => {
        expect(await site.where(path, { ...ofA, ...cookie('b~console') })).toBe('404');
      },
    );
  });

  describe('asks a host', () => {
    it('for the rest of the path as it came, below its base path', async () => {
      const rest = '/a%20b%2Fc%25/%0d%0a/x;y=1/@:!$&\'()*+,|"<>?q=%41&r=a+b%20c';
      for (const [id, base] of [
        ['told', ''],
        ['told-base', '/desk'],
      ]) {
        await site.get(`/s/${id}${rest}`);
        expect(site.told.at(-1)).toBe(base + rest);
      }
    });

    it('for a path that has its base path already as it is, unless the path chose the session', async () => {
      const headers = { 'x-session-id': 'told-base' };
      for (const [path, told] of [
        ['/desk', '/desk'],
        ['/desk/x', '/desk/x'],
        ['/desktop', '/desk/desktop'],
      ]) {
        await site.get(path, headers);
        expect(site.told.at(-1)).toBe(told);
      }
      await site.get('/s/told-base/desk/x');
      expect(site.told.at(-1)).toBe('/desk/desk/x');
    });

    it.each([
      '/..',
      '/.',
      '/../x',
      '/x/./y',
      '/%2e%2e/x',
      '/.%2E/',
      '/x%2f..%2fy',
      '/..;/x',
      '/..\\x',
      '/%5c..%5cx',
    ])('for nothing with dot segments: %s', async (rest) => {
      const before = site.told.length;
      expect((await site.get(`/s/told${rest}`)).status).toBe(400);
      expect(site.told.length).toBe(before);
    });

    it('and keeps its redirects and cookies below the session’s path', async () => {
      const ask = async (path, location) => {
        site.tells = {
          status: 302,
          headers: { location, 'set-cookie': 'k=v; Path=/desk/; Secure' },
        };
        const { headers } = await site.get(path);
        return [headers.location, headers['set-cookie'][0]];
      };
      try {
        const door = `https://${site.client.authority}/s/told-base/x?y=z`;
        for (const location of ['/desk/x?y=z', `https://${site.client.authority}/desk/x?y=z`])
          expect(await ask('/s/told-base/', location)).toEqual([
            door,
            'k=v; Secure; Path=/s/told-base/',
          ]);
        expect(await ask('/s/told-base/', 'x')).toEqual(['x', 'k=v; Secure; Path=/s/told-base/']);
      } finally {
        site.tells = { status: 200, headers: {} };
      }
    });

    const DOORS_OWN = expect.stringMatching(/^__Host-rollcall=told/);
    const cookies = [
      ['k=v; HttpOnly', 'k=v; HttpOnly'],
      ['k=v; Path=/', 'k=v'],
      ['k=v; Path=/desk; Secure', 'k=v; Secure'],
      ['k=v; path = /s/a~console/;PATH=/;Path;pAth=', 'k=v'],
      ['k=path=/x; Path="/"', 'k=path=/x'],
      ['k=v; Domain=door.test; Path=/; domain=.test;DOMAIN', 'k=v'],
      ['k=v;\tPath\t=\t/', 'k=v'],
      ['k=v; Pathos=/; Subdomain=x', 'k=v; Pathos=/; Subdomain=x'],
      ['__Host-rollcall=b~console; Path=/; Secure', '__Host-rollcall=b~console; Secure'],
      ['', ''],
    ];

    it.each([
      ['without a base path, by its path', 'told', '/s/told/x'],
      ['with one, by its path', 'told-base', '/s/told-base/x'],
      ['without one, by header', 'told', '/x', { 'x-session-id': 'told' }],
      ['with one, by header', 'told-base', '/x', { 'x-session-id': 'told-base' }],
      ['without one, by cookie', 'told', '/', { cookie: '__Host-rollcall=told' }],
      ['with one, by cookie', 'told-base', '/', { cookie: '__Host-rollcall=told-base' }],
    ])('and keeps each of its cookies to its session: %s', async (_, id, path, headers = {}) => {
      const kept = cookies.map(([, cookie]) => `${cookie}; Path=/s/${id}/`);
      try {
        for (const status of [200, 302, 304, 404, 500]) {
          site.tells = { status, headers: { 'set-cookie': cookies.map(([said]) => said) } };
          const answered = await site.get(path, headers);
          const theirs = answered.headers['set-cookie'];
          if (headers.cookie === undefined) expect(theirs.pop()).toEqual(DOORS_OWN);
          expect([answered.status, theirs]).toEqual([status, kept]);
        }
      } finally {
        site.tells = { status: 200, headers: {} };
      }
    });

    it('with its own word for how it was asked, though the client has it left out', async () => {
      for (const connection of [
        'X-Forwarded-Proto',
        'close, x-forwarded-proto , X-Forwarded-For',
      ]) {
        await site.get('/s/told/', { connection, 'x-forwarded-proto': 'http' });
        expect(site.toldHeaders).toMatchObject({
          'x-forwarded-proto': 'https',
          'x-forwarded-for': '127.0.0.1',
        });
      }
    });

    it('and hands its errors on as they are', async () => {
      try {
        for (const status of [404, 500, 503]) {
          site.tells = { status, headers: { 'x-own': 'yes', 'referrer-policy': 'unsafe-url' } };
          const answer = await site.get('/s/told/');
          expect(answer).toMatchObject({ status, text: '' });
          expect(answer.headers).toMatchObject({
            'x-own': 'yes',
            'referrer-policy': 'no-referrer',
          });
        }
      } finally {
        site.tells = { status: 200, headers: {} };
      }
    });
  });

  describe('when a host does not answer as it should', () => {
    it.each([
      ['gone', 503],
      ['unknown-name', 500],
      ['no-tls', 500],
    ])('shows a page that names nothing within: %s is %i', async (id, expected) => {
      const { status, headers, text } = await site.get(`/s/${id}/`);
      expect(status).toBe(expected);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(text).toContain('Your link stays good');
      expect(text).not.toMatch(/127\.0\.0\.1|internal|invalid|Apache/i);
    });

    it('waits 5 seconds for one that takes no connection, whatever is asked for', async () => {
      const hole = await holeInTheNetwork();
      try {
        site.route('hole', `127.0.0.1:${hole.port}`);
        const [page, socket] = await Promise.all([
          timed(site.where('/s/hole/')),
          timed(site.client.open('/s/hole/ws').catch((refused) => refused.status)),
        ]);
        for (const [outcome, expected] of [
          [page, '503'],
          [socket, 503],
        ]) {
          expect(outcome.answer).toBe(expected);
          expect(outcome.tookMs).toBeLessThan(HOST_CONNECT_MS + AT_ONCE_MS);
        }
      } finally {
        hole.close();
      }
    });

    it('goes on to reach the others', async () => {
      for (let round = 0; round < 5; round += 1) {
        expect(await site.where('/s/gone/')).toBe('503');
        expect(await site.where('/s/a~console/')).toBe('200 a');
      }
    });
  });

  describe('when resolvers hang', () => {
    it('says in time that nobody knows, and gives everybody their own answer after', async () => {
      site.resolversBehave = hangs;
      const slow = await timed(site.where('/s/a~console/'));
      expect(slow.answer).toBe('503');
      expect(slow.tookMs).toBeLessThan(BOUND_MS);
      const fast = await timed(site.where('/s/b~console/'));
      expect(fast.answer).toBe('503');
      expect(fast.tookMs).toBeLessThan(AT_ONCE_MS);
      site.resolversBehave = undefined;
      expect(
        await until(async () => (await site.where('/s/a~console/')) === '200 a', WITHIN_MS),
      ).toBe(true);
      const paths = Array.from({ length: 100 }, (_, index) => `/s/${'ab'[index % 2]}~console/`);
      const seen = await Promise.all(paths.map((path) => site.where(path)));
      expect(seen).toEqual(paths.map((path) => `200 ${path[3]}`));
    });

    it('is not kept waiting by one of two', async () => {
      site.routes[0].behave = hangs;
      try {
        await site.where('/s/a~console/');
        const { answer, tookMs } = await timed(site.where('/s/a~console/'));
        expect(answer).toBe('200 a');
        expect(tookMs).toBeLessThan(AT_ONCE_MS);
      } finally {
        site.routes[0].behave = undefined;
      }
    });
  });

  describe('when it is restarted, or its map program', () => {
    const openSockets = (count) =>
      Promise.all(Array.from({ length: count }, () => site.client.open('/s/b~console/auth')));

    it('closes none of 20 WebSockets and loses no request in three graceful restarts under load', async () => {
      const sockets = await openSockets(SOCKETS);
      const paths = ['/s/a~console/', '/s/b~console/'];
      const loads = [0, 1, 2].map(() => new DoorLoad(site.client, paths, 20));
      for (let round = 0; round < 3; round += 1) {
        await site.door.reload();
        await delay(AFTERWARDS_MS);
      }
      for (const load of loads) expect(await load.stop()).toEqual({ 200: expect.any(Number) });
      expect(sockets.filter(({ isOpen }) => isOpen).length).toBe(SOCKETS);
      for (const socket of sockets) socket.close();
    });

    it('says at once that nobody knows when the program was killed, and recovers with a graceful restart', async () => {
      const [socket] = await openSockets(1);
      const pids = routeProgramPids();
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      const { answer, tookMs } = await timed(site.where('/s/a~console/'));
      expect(answer).toBe('503');
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
      expect(await site.where('/rollcall/health')).toBe('204');
      expect(socket.isOpen).toBe(true);
      await site.door.reload();
      expect(await site.where('/s/a~console/')).toBe('200 a');
      socket.close();
    });
  });

  describe('in its logs', () => {
    const provoked = [
      'GET /s/a~console/%zz?{TOKEN} HTTP/1.1',
      'FOO /s/a~console/?{TOKEN} HTTP/1.1',
      'get /s/a~console/?{TOKEN} HTTP/1.1',
      'GET  /s/a~console/?{TOKEN} HTTP/1.1',
      'GET /../../?{TOKEN} HTTP/1.1',
      'GET ?{TOKEN} HTTP/1.1',
      'GET /s/a~console/?{TOKEN}',
      'GET http://[bad/?{TOKEN} HTTP/1.1',
      'TRACE /s/a~console/?{TOKEN} HTTP/1.1',
      'POST /s/a~console/?{TOKEN} HTTP/1.1\r\nContent-Length: x',
      'POST /s/a~console/?{TOKEN} HTTP/1.1\r\nTransfer-Encoding: x',
      'GET /s/a~console/?{TOKEN} HTTP/1.1\r\nno header',
      `GET /s/a~console/?{TOKEN}&${'x'.repeat(9_000)} HTTP/1.1`,
      'GET /s/a~console/?{TOKEN} HTTP/1.1\r\nReferer: https://door.test/s/a~console/?{TOKEN}',
      'GET /s/gone/?{TOKEN} HTTP/1.1\r\nReferer: https://door.test/s/a~console/?{TOKEN}',
      'GET /s/unknown-name/?{TOKEN} HTTP/1.1\r\nReferer: https://door.test/s/a~console/?{TOKEN}',
      'GET /s/no-tls/?{TOKEN} HTTP/1.1\r\nReferer: https://door.test/s/a~console/?{TOKEN}',
      'GET /s/no-tls/%3f{TOKEN} HTTP/1.1',
      'GET /s/unknown-name/%3F{TOKEN} HTTP/1.1',
      'GET /s/gone/auth?{TOKEN} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade',
      'GET /s/a~console/auth?{TOKEN} HTTP/1.1\r\nUpgrade: x, websocket\r\nConnection: upgrade',
      'GET /s/nobody/?{TOKEN} HTTP/1.1',
      'GET /s/a~console?{TOKEN} HTTP/1.1',
      'GET /s/a\xe3"\\/?{TOKEN} HTTP/1.1',
      'GET /nowhere?{TOKEN} HTTP/1.1\r\nCookie: __Host-rollcall="\\',
    ];

    it('has no token, whatever goes wrong, and shows none on the status page', async () => {
      const host = `Host: ${site.client.authority}\r\nConnection: close\r\n\r\n`;
      for (const line of provoked) {
        const request = line.replaceAll('{TOKEN}', `authToken=${SECRET}`);
        await site.client.sendRaw(`${request}\r\n${host}`);
      }
      await site.client.sendRaw(`GET /?authToken=${SECRET} HTTP/1.1\r\n\r\n`);
      await site.get(`/s/a~console/?authToken=${SECRET}`, { host: 'evil.example' });
      expect(site.door.accessLog() + site.door.errorLog()).not.toContain(SECRET);
      expect(await site.statusPage()).toMatch(/Server uptime/);
      expect(await site.statusPage()).not.toContain(SECRET);
    });

    it('has a JSON document on every line, and says who got what', async () => {
      await site.get('/s/b~console/');
      (await site.client.open('/s/a~console/auth')).close();
      const lines = () =>
        site.door
          .accessLog()
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('main.test:'))
          .map((line) => JSON.parse(line));
      expect(await until(() => lines().some(({ kind }) => kind === 'websocket'), WITHIN_MS)).toBe(
        true,
      );
      expect(lines().findLast(({ session }) => session === 'b~console')).toEqual({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/),
        client: '127.0.0.1',
        method: 'GET',
        path: '/s/b~console/',
        status: 200,
        session: 'b~console',
        chosenBy: 'path',
        kind: 'http',
        upstream: `127.0.0.1:${site.hosts.b.port}`,
        bytesIn: expect.any(Number),
        bytesOut: expect.any(Number),
        durationUs: expect.any(Number),
      });
      expect(lines().length).toBeGreaterThan(provoked.length);
      expect(lines().some(({ status }) => status === 421)).toBe(true);
    });

    it('keeps seven days, by copies that need no restart', () => {
      const rotation = readFileSync(
        join(site.door.folder, 'etc/logrotate.d/rollcall-door'),
        'utf8',
      );
      expect(rotation).toMatch(/^\/var\/log\/rollcall-door\/\*\.log \{/m);
      const wanted = ['daily', 'rotate 7', 'copytruncate'];
      expect(rotation.split('\n').map((line) => line.trim())).toEqual(
        expect.arrayContaining(wanted),
      );
    });
  });
});

describe('the door Apache, set up in another way', () => {
  let site;
  afterEach(() => site?.stop(), START_TIMEOUT_MS);

  it('lets in those networks alone that it is told, before it asks about a session', async () => {
    const clients = `"-R '10.20.0.0/16' || -R '2001:db8::/32'"`;
    site = await ApacheSite.start({ site: { ROLLCALL_CLIENTS: clients } });
    for (const path of ['/s/a~console/', '/s/nobody/', '/']) {
      const headers = { 'x-forwarded-for': '10.20.0.1' };
      expect(await site.where(path, headers)).toBe('403');
    }
    expect(site.routes.flatMap(({ asked }) => asked)).toEqual([]);
    expect(await site.where('/rollcall/health')).toBe('204');
    await site.stop();
    site = await ApacheSite.start({ site: { ROLLCALL_CLIENTS: `"-R '127.0.0.0/8'"` } });
    expect(await site.where('/s/a~console/')).toBe('200 a');
  });

  const wrongAnswers = [
    'b~console|200|UPSTREAM|',
    'a|200|UPSTREAM|',
    'ID|200|me@UPSTREAM|',
    'ID|200|UPSTREAM/x|',
    'ID|200|UPSTREAM|/a b',
    'ID|302|UPSTREAM|',
    'ID|200|UPSTREAM||x',
    'ID|404|UPSTREAM|',
    '|404||',
    '',
  ];
  it('believes no answer of its map program that is not one to its question', async () => {
    const answers = wrongAnswers.map((answer, index) =>
      answer.replace('ID', `id-${index}`).replace('UPSTREAM', '127.0.0.1:1'),
    );
    const routeProgram = [
      '#!/usr/bin/perl',
      '$| = 1;',
      `my @answers = split /\n/, '${answers.join('\n')}', -1;`,
      'while (<STDIN>) { /^id-(\\d+)$/; print "$answers[$1]\\n" }',
    ].join('\n');
    site = await ApacheSite.start({ routeProgram });
    for (const index of wrongAnswers.keys())
      expect([wrongAnswers[index], await site.where(`/s/id-${index}/`)]).toEqual([
        wrongAnswers[index],
        '503',
      ]);
    const passedOn = () => /"upstream":"(?!-)/.test(site.door.accessLog());
    const logged = () => site.door.accessLog().split('\n').length > wrongAnswers.length;
    expect(await until(logged, WITHIN_MS)).toBe(true);
    expect(passedOn()).toBe(false);
  });
});

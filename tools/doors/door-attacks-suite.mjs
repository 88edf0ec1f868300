import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../start/until.mjs';

const GUESSES = 1_000;
const GUESSES_AT_ONCE = 10;
/** More than the verifier lets one address guess in a minute. */
const GUESSES_ASKED_MIN = 100;
const SHORT_TTL_MS = 6_000;
const WITHIN_MS = 20_000;
const TOO_MANY = [429, 503];
/** nginx holds 400 requests against a client and forgets 100 a second (deploy/nginx/rollcall.conf). */
const FLOOD_FORGOTTEN_MS = 5_000;

/** What must not work, whoever tries. */
export function doorAttacks(site) {
  /** A link to one session with the token of another link. */
  const withTokenOf = (other, path, fragment) =>
    `https://${site.client.authority}${path}${new URL(other).search}#${fragment}`;

  const refusal = (link) =>
    site.enter(link).then(
      ({ user, host }) => `let in as ${user} on ${host}`,
      ({ status }) => status,
    );

  /** How many requests came to any host while this was done. */
  async function reachingHosts(action) {
    const hosts = Object.values(site.roll.hosts);
    const before = hosts.map(({ dcv }) => dcv.requests.length);
    await action();
    return hosts.reduce((sum, { dcv }, index) => sum + dcv.requests.length - before[index], 0);
  }

  describe('with tokens', () => {
    it('lets nobody into another host’s session', async () => {
      const ofBob = await site.link('b~console', 'bob');
      expect(await refusal(withTokenOf(ofBob, '/s/a~console/', 'a~console'))).toBe('no');
      expect(await refusal(withTokenOf(ofBob, '/s/a~console/', 'b~console'))).toBe('no');
      expect(await refusal(ofBob)).toBe('let in as bob on b');
    });

    it('lets nobody into another user’s session on the same host', async () => {
      site.roll.list('c', 'console', 'of-ann', 'of-bob');
      await site.roll.found('of-ann', 'of-bob');
      try {
        const ofAnn = await site.link('of-ann', 'ann');
        expect(await refusal(withTokenOf(ofAnn, '/s/of-bob/', 'of-bob'))).toBe('no');
        expect(await refusal(withTokenOf(ofAnn, '/s/of-ann/', 'of-bob'))).toBe('no');
        expect(await refusal(withTokenOf(ofAnn, '/s/of-ann/', 'of-ann'))).toBe(
          'let in as ann on c',
        );
      } finally {
        site.roll.list('c', 'console');
      }
    });

    it('lets nobody in with a token that has expired', async () => {
      const settings = { TOKEN_TTL_MS: String(SHORT_TTL_MS) };
      const link = await site.link('a~console', 'ann', settings);
      expect(await refusal(link)).toBe('let in as ann on a');
      await delay(SHORT_TTL_MS);
      expect(await refusal(link)).toBe('no');
    });

    it('lets nobody in with a token that was revoked, and everybody else in', async () => {
      const [ofAnn, ofBob] = await Promise.all(
        ['ann', 'bob'].map((user) => site.link('a~console', user)),
      );
      const { code } = await site.roll.roll.runCli(['revoke', 'a~console', '--user', 'ann']);
      expect(code).toBe(0);
      expect(await refusal(ofAnn)).toBe('no');
      expect(await refusal(ofBob)).toBe('let in as bob on a');
    });

    it('lets nobody in with the token of a session that was closed, though its id is open again', async () => {
      const link = await site.link('c~console', 'ann');
      expect(await refusal(link)).toBe('let in as ann on c');
      site.roll.list('c');
      const status = async () => (await site.client.get('/s/c~console/')).status;
      expect(await until(async () => (await status()) === 404, WITHIN_MS)).toBe(true);
      expect(await refusal(link)).toBe(404);
      site.roll.list('c', 'console');
      expect(await until(async () => (await status()) === 200, WITHIN_MS)).toBe(true);
      expect(await refusal(link)).toBe('no');
      expect(await refusal(await site.link('c~console', 'ann'))).toBe('let in as ann on c');
    });

    it('lets nobody guess one in 1,000 tries, and a right one in all the same', async () => {
      const right = await site.link('a~console', 'ann');
      const { verifications } = site.roll.hosts.a.dcv;
      const before = verifications.length;
      let left = GUESSES;
      const guess = async () => {
        while (left-- > 0) {
          const channel = await site.client
            .open('/s/a~console/auth')
            .catch(({ status }) => void expect(TOO_MANY).toContain(status));
          channel?.send({ authToken: randomBytes(32).toString('base64url') });
          if (channel) expect((await channel.hear()).auth).toBe('no');
          channel?.close();
        }
      };
      await Promise.all(Array.from({ length: GUESSES_AT_ONCE }, guess));
      const answers = verifications.slice(before);
      expect(answers.length).toBeGreaterThan(GUESSES_ASKED_MIN);
      expect(new Set(answers.map(({ status, user }) => [status, user].join()))).toEqual(
        new Set(['200,']),
      );
      const letIn = async () => (await refusal(right)) === 'let in as ann on a';
      expect(await until(letIn, WITHIN_MS)).toBe(true);
      await delay(FLOOD_FORGOTTEN_MS);
    });
  });

  describe('with ids and headers', () => {
    const evilPaths = [
      ['dot segments for an id', '/s/../'],
      ['dot segments after the id, encoded', '/s/a~console%2f..%2fb~console/'],
      ['dots for an id', '/s/..%2f..%2fetc%2fpasswd/'],
      ['a zero byte', '/s/%00/'],
      ['a zero byte after the id', '/s/a~console%00/'],
      ['a line end', '/s/a~console%0d%0aX-Rollcall-Upstream:%20evil.example:443/'],
      ['a URL', '/s/http://evil.example/'],
      ['a URL, encoded', '/s/http:%2f%2fevil.example/'],
      ['a host and a port', '/s/evil.example:443/'],
      ['an address and a port', '/s/127.0.0.1:6379/'],
      ['somebody at a host', '/s/a~console@evil.example/'],
      ['an encoded tilde', '/s/a%7Econsole/'],
      ['a bar, as between the fields of an answer', '/s/a~console|200/'],
      ['a space', '/s/a~console%20/'],
      ['too many slashes', '/s//a~console/'],
      ['no id', '/s//'],
      ['too long an id', `/s/${'a'.repeat(300)}/`],
      ['the verifier', '/verify/a'],
      ['the broker’s verifier', '/agent/validate-authentication-token'],
      ['the route', '/route?sessionId=a~console'],
      ['the route with the id in its path', '/route/a~console'],
      ['the lookup', '/resolveSession?sessionId=a~console&transport=HTTP'],
    ];
    it.each(evilPaths)('refuses %s: %s', async (_, path) => {
      const seen = await reachingHosts(async () => {
        const { status } = await site.client.get(path);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(status).not.toBe(429);
      });
      expect(seen).toBe(0);
    });

    it('never takes dot segments from one session into another', async () => {
      const { requests } = site.roll.hosts.b.dcv;
      const before = requests.length;
      for (const path of ['/s/a~console/../b~console/', '/s/a~console/%2e%2e/b~console/']) {
        const { status, headers } = await site.client.get(path);
        expect([status, headers['x-stand-in-host']]).not.toEqual([200, 'b']);
      }
      expect(requests.length).toBe(before);
    });

    it('refuses raw line ends, and requests for another server', async () => {
      const host = `Host: ${site.client.authority}\r\nConnection: close\r\n`;
      const raw = [
        `GET /s/a~console\r\nX-Rollcall-Upstream: evil.example:443/ HTTP/1.1\r\n${host}\r\n`,
        `GET /s/a~con\rsole/ HTTP/1.1\r\n${host}\r\n`,
        `GET http://evil.example/ HTTP/1.1\r\n${host}\r\n`,
        `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
        'GET /s/a~console/ HTTP/1.0\r\n\r\n',
      ];
      const seen = await reachingHosts(async () => {
        for (const text of raw) {
          const status = await site.client.sendRaw(text);
          expect(status === 0 || (status >= 400 && status < 500) ? 'refused' : [text, status]).toBe(
            'refused',
          );
        }
      });
      expect(seen).toBe(0);
    });

    it.each(['evil.example', 'evil.example:443', 'door.test.evil.example', '127.0.0.1'])(
      'does not answer to the name %s',
      async (host) => {
        const seen = await reachingHosts(async () => {
          const { status } = await site.client.get('/s/a~console/', { headers: { host } });
          expect([400, 403, 404, 421]).toContain(status);
        });
        expect(seen).toBe(0);
      },
    );

    const tricks = () => ({
      'x-rollcall-upstream': `127.0.0.1:${site.roll.hosts.b.dcv.port}`,
      'x-rollcall-base-path': '/desk',
      'x-rollcall-session': 'b~console',
      'x-session-id': 'b~console',
      'x-original-url': '/s/b~console/',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '203.0.113.66',
      'x-real-ip': '203.0.113.66',
      forwarded: 'for=203.0.113.66;host=evil.example',
      cookie: '__Host-rollcall=b~console',
    });

    it('goes by the path, whatever headers and cookie say, and passes no forged address on', async () => {
      const page = await site.client.get('/s/a~console/', { headers: tricks() });
      expect(page).toMatchObject({ status: 200, headers: { 'x-stand-in-host': 'a' } });
      const { headers } = site.roll.hosts.a.dcv.requests.at(-1);
      expect(headers.host).toBe(site.client.authority);
      const told = ['x-forwarded-host', 'x-forwarded-for', 'x-real-ip', 'forwarded'];
      for (const name of told)
        expect(headers[name] ?? '').not.toMatch(/evil\.example|203\.0\.113\.66/);
    });

    const evilCookies = [
      'nobody~console',
      '../b~console',
      '127.0.0.1:6379',
      'http://evil.example',
      'a~console/../b~console',
      'a~console%0d%0aX: y',
      '',
      'a'.repeat(300),
    ];
    it.each(evilCookies)('goes nowhere with the forged cookie %p', async (value) => {
      const seen = await reachingHosts(async () => {
        const headers = { cookie: `__Host-rollcall=${value}` };
        const { status } = await site.client.get('/app.js', { headers });
        expect([400, 404]).toContain(status);
      });
      expect(seen).toBe(0);
    });

    it('lets nobody in who forges the cookie of a session that there is', async () => {
      const token = new URL(await site.link('a~console', 'ann')).searchParams.get('authToken');
      const headers = { cookie: '__Host-rollcall=c~console' };
      const channel = await site.client.open('/auth', { headers });
      channel.send({ sessionId: 'c~console', authToken: token });
      expect(await channel.hear()).toMatchObject({ auth: 'no' });
      channel.close();
    });

    it.each([
      'https://evil.example',
      'https://door.test.evil.example',
      'https://evildoor.test',
      'http://door.test',
      'https://door.test@evil.example',
      'null',
    ])('opens no WebSocket for a page of %s', async (origin) => {
      const seen = await reachingHosts(async () => {
        const opening = site.client.open('/s/a~console/auth', { origin });
        const status = await opening.then(
          () => 'opened',
          (refused) => refused.status,
        );
        expect([400, 403, 404, 421]).toContain(status);
      });
      expect(seen).toBe(0);
    });

    it('opens WebSockets for its own pages, and for native clients, which name no origin', async () => {
      for (const options of [{}, { origin: null }]) {
        const channel = await site.client.open('/s/a~console/auth', options);
        expect(channel.isOpen).toBe(true);
        channel.close();
      }
    });
  });
}

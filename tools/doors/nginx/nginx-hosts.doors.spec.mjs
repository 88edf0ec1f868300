import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { makeCertificate } from '../certificates.mjs';
import { hasIpv6 } from './nginx-door.mjs';
import { NginxSite, TOKEN } from './nginx-site.mjs';

const REQUESTS = 20;
const CONNECTIONS_MAX = 400;
const OPENED_AT_ONCE = 20;
const REQUESTS_AT_ONCE_MAX = 400;
const REQUESTS_TRIED_MAX = 20 * REQUESTS_AT_ONCE_MAX;
const HOSTS_NAME = 'dcv-hosts.example.com';
/** Where hosts are, by the id of their session; a machine without IPv6 cannot try that. */
const ADDRESSES = new Map([['four', '127.0.0.1'], ...(hasIpv6() ? [['six', '::1']] : [])]);

describe('nginx, on its way to hosts', () => {
  let site;
  let names;
  beforeAll(async () => (names = await nameServer('127.0.0.1')));
  afterEach(async () => {
    if (!site) return;
    expect(site.door.accessLog() + site.door.errorLog()).not.toContain(TOKEN);
    await site.stop();
    site = undefined;
  });
  afterAll(() => names.close());

  const withNameServer = () => [
    [/^ +#resolver [^;]+;/m, `resolver 127.0.0.1:${names.address().port} ipv6=off;`],
  ];

  async function openTimes(id, times) {
    for (let round = 0; round < times; round += 1)
      expect(await site.open(id)).toMatchObject({ status: 200, text: 'found' });
  }

  async function expectEcho(id) {
    const stream = await site.stream(id);
    stream.sendText('hello');
    expect(await stream.hearText()).toBe('hello');
  }

  describe('with what nginx itself has', () => {
    it('reaches hosts by IPv4, IPv6 and name', async () => {
      site = await NginxSite.start({ site: withNameServer() });
      for (const [id, address] of ADDRESSES) await site.host(id, { address });
      const { port } = await site.host('name');
      site.routes.set('name', { upstream: `host.test:${port}` });
      for (const id of [...ADDRESSES.keys(), 'name']) {
        await openTimes(id, 1);
        await expectEcho(id);
      }
    });

    it('asks the resolvers under their path prefix', async () => {
      const prefix = [/(\$rollcall_path_prefix \{\s+default) "";/, '$1 "/a-secret-path";'];
      site = await NginxSite.start({ site: [prefix] });
      await site.host('a');
      await openTimes('a', 1);
      expect(site.routes.asked.at(-1).url).toBe('/a-secret-path/route');
      expect(site.door.accessLog() + site.door.errorLog()).not.toContain('a-secret-path');
    });

    it('lets the pages of another origin open WebSockets where the site says so', async () => {
      site = await NginxSite.start({ site: [[/^ +#(https:\/\/portal\.example\.com 1;)/m, '$1']] });
      await site.host('a');
      await site.stream('a', { origin: 'https://portal.example.com' });
      await expect(site.stream('a', { origin: 'https://portal.example.com:1' })).rejects.toThrow();
    });

    it('lets a client have so many connections, and gives others room', async () => {
      site = await NginxSite.start();
      await site.host('a');
      const opened = [];
      while (opened.length < CONNECTIONS_MAX + OPENED_AT_ONCE) {
        const opening = Array.from({ length: OPENED_AT_ONCE }, () => site.stream('a'));
        opened.push(...(await Promise.allSettled(opening)));
      }
      const statuses = opened.map(({ reason }) => reason?.status ?? 101);
      expect(statuses.slice(0, CONNECTIONS_MAX)).toEqual(Array(CONNECTIONS_MAX).fill(101));
      expect(statuses.slice(CONNECTIONS_MAX)).toEqual(Array(OPENED_AT_ONCE).fill(429));
      expect(await site.statusFor('127.0.0.2', '/s/a/')).toBe(200);
    });

    it('lets a client ask so often, and tells it when to try again', async () => {
      site = await NginxSite.start();
      const answers = [];
      const refusedOf = () => answers.filter(({ status }) => status === 429);
      // A slow machine uses up what it may ask at once more slowly, as room is given back all the time.
      while (refusedOf().length === 0 && answers.length < REQUESTS_TRIED_MAX) {
        const some = Array.from({ length: CONNECTIONS_MAX / 2 }, () => site.open('nobody'));
        answers.push(...(await Promise.all(some)));
      }
      const refused = refusedOf();
      expect(answers.length - refused.length).toBeGreaterThanOrEqual(REQUESTS_AT_ONCE_MAX);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused[0].headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'retry-after': '5',
        'referrer-policy': 'no-referrer',
      });
    });

    it.each([
      ['connections of their own', false],
      ['connections that are kept', true],
    ])('checks the certificates of hosts where the site says so, with %s', async (_, isKept) => {
      let certificate;
      const checked = (folder) => {
        certificate = makeCertificate(folder, HOSTS_NAME);
        return [
          [/^ +#(proxy_ssl_[^;]+;)/gm, '$1'],
          [/(proxy_ssl_trusted_certificate) [^;]+;/, `$1 ${certificate.certFile};`],
          [/(proxy_ssl_name) [^;]+;/, `$1 ${HOSTS_NAME};`],
        ];
      };
      site = await NginxSite.start({ site: checked, isKept });
      await site.host('known', { certificate });
      await site.host('unknown');
      await openTimes('known', 2);
      await expectEcho('known');
      expect((await site.open('unknown')).status).toBe(503);
    });
  });

  describe('with connections that are kept', () => {
    it('spares hosts a TLS handshake for most requests, by IPv4 and IPv6', async () => {
      site = await NginxSite.start({ isKept: true });
      for (const [id, address] of ADDRESSES) {
        const host = await site.host(id, { address });
        await openTimes(id, REQUESTS);
        expect(host.requests).toHaveLength(REQUESTS);
        expect(host.handshakes).toBeLessThan(REQUESTS / 2);
        await expectEcho(id);
      }
    });

    it('keeps sessions of different hosts apart', async () => {
      site = await NginxSite.start({ isKept: true });
      const says = (text) => (request, response) => response.end(text);
      for (const id of ['a', 'b', 'c']) await site.host(id, { answer: says(id) });
      for (let round = 0; round < REQUESTS; round += 1) {
        const answers = await Promise.all(['a', 'b', 'c'].map((id) => site.open(id)));
        expect(answers.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
      }
    });

    it('is not misled by connections that a restarted host has closed', async () => {
      site = await NginxSite.start({ isKept: true });
      const host = await site.host('a');
      const { port } = host;
      await openTimes('a', REQUESTS);
      await host.stop();
      expect((await site.open('a')).status).toBe(503);
      await host.start({ port });
      await openTimes('a', REQUESTS);
      await expectEcho('a');
    });

    it('asks again on a new connection where a kept one is closed on it', async () => {
      site = await NginxSite.start({ isKept: true });
      const used = new WeakSet();
      const host = await site.host('a', {
        answer: ({ socket }, response) => {
          if (used.has(socket)) return socket.destroy();
          used.add(socket);
          response.end('found');
        },
      });
      await openTimes('a', REQUESTS);
      expect(host.requests.length).toBeGreaterThan(REQUESTS);
    });

    it('reaches hosts by name as it would without', async () => {
      site = await NginxSite.start({ site: withNameServer(), isKept: true });
      const { port } = await site.host('name');
      site.routes.set('name', { upstream: `host.test:${port}` });
      await openTimes('name', 2);
    });
  });
});

/** A name server that knows one address for every name. */
async function nameServer(address) {
  const server = createSocket('udp4', (query, from) => {
    const head = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.')]);
    server.send(Buffer.concat([head, question, answer]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { NginxSite, SERVER_NAME, TOKEN } from './nginx-site.mjs';

/** nginx's own URLs, what it refuses, and what it makes of a host's answers. */
describe('nginx, between clients and hosts', () => {
  let site;
  beforeAll(async () => (site = await NginxSite.start()));
  afterEach(() => site.closeStreams());
  afterAll(() => site?.stop());

  /** A TLS connection by address, as a load balancer makes it, or with other versions and ciphers. */
  async function tls(options) {
    const socket = connect({
      port: site.door.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...options,
    });
    return once(socket, 'secureConnect').then(
      () => socket,
      () => undefined,
    );
  }

  async function answerByAddress(path) {
    const socket = await tls();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    const [head] = await once(socket, 'data');
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(head)[1]);
  }

  it('says that it serves, by its name and by address, and asks nobody for that', async () => {
    const asked = site.routes.asked.length;
    expect((await site.client.get('/rollcall/health')).status).toBe(204);
    expect(await answerByAddress('/rollcall/health')).toBe(204);
    expect(await answerByAddress('/s/a/')).toBe(421);
    expect(site.routes.asked.length).toBe(asked);
  });

  it('has its own favicon and robots.txt, whatever session the cookie names', async () => {
    const host = await site.host('own');
    const headers = { cookie: '__Host-rollcall=own' };
    expect((await site.client.get('/favicon.ico', { headers })).status).toBe(204);
    const robots = await site.client.get('/robots.txt', { headers });
    expect(robots).toMatchObject({ status: 200, text: expect.stringContaining('Disallow: /') });
    expect(host.requests).toEqual([]);
  });

  it.each(['route', 'refused', 'pages/try-again.html', 'pages/', '', 'else'])(
    'keeps /rollcall/%s to itself',
    async (path) => {
      await site.host('kept');
      const asked = site.routes.asked.length;
      for (const prefix of ['/rollcall/', '//rollcall/', '/%72ollcall/', '/rollcall//']) {
        const headers = { cookie: '__Host-rollcall=kept', 'x-rollcall-session': 'kept' };
        const answer = await site.client.get(prefix + path, { headers });
        expect(answer.status).toBe(404);
        expect(answer.headers).not.toHaveProperty('x-rollcall-upstream');
      }
      expect(site.routes.asked.length).toBe(asked);
    },
  );

  it('refuses a request whose line and Host name different servers', async () => {
    const host = await site.host('misnamed');
    for (const [line, name] of [
      [`https://${SERVER_NAME}`, 'evil.example'],
      ['', `${SERVER_NAME}.`],
      ['', `${SERVER_NAME}:x`],
    ]) {
      const text = `GET ${line}/s/misnamed/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
      expect([400, 421]).toContain(await site.client.sendRaw(text));
    }
    expect(host.requests).toEqual([]);
  });

  it.each([
    ['.', '/s/dots/./x'],
    ['..', '/s/dots/x/..'],
    ['encoded ones', '/s/dots/%2E%2e/x'],
    ['encoded slashes', '/s/dots/x%2f..%2fy'],
    ['backslashes', '/s/dots/x\\..\\y'],
    ['parameters', '/s/dots/..;/x'],
    ['them before the id', '/x/../s/dots/'],
  ])('refuses paths with %s: %s', async (_, path) => {
    const host = await site.host('dots');
    expect((await site.client.get(path)).status).toBe(400);
    expect(host.requests).toEqual([]);
  });

  it('hands path and query on as they came', async () => {
    const host = await site.host('raw', { basePath: '/desk' });
    const rest = '/a%2Fb/%E6%9D%B1//c...d/.well-known?x=../y&z=%00#f';
    await site.client.get(`/s/raw${rest}`);
    await site.client.get('/s/raw/');
    expect(host.requests.map(({ url }) => url)).toEqual([`/desk${rest}`, '/desk/']);
  });

  it('forbids browsers to send a Referer with every answer that it gives', async () => {
    const talkative = (asking, response) =>
      response.writeHead(200, { 'referrer-policy': 'unsafe-url' }).end();
    await site.host('page', { answer: talkative });
    site.routes.set('away', { upstream: '127.0.0.1:1' });
    const foreign = { upgrade: 'websocket', connection: 'upgrade', origin: 'https://evil.example' };
    const answers = [
      [200, '/s/page/'],
      [204, '/rollcall/health'],
      [204, '/favicon.ico'],
      [307, '/s/page'],
      [400, '/s/page/../x'],
      [403, '/s/page/', foreign],
      [404, '/s/nobody/'],
      [404, '/nowhere'],
      [421, '/', { host: 'evil.example' }],
      [503, '/s/away/'],
    ];
    for (const [status, path, headers] of answers) {
      const answer = await site.client.get(path, { headers });
      expect([path, answer.status, answer.headers['referrer-policy']]).toEqual([
        path,
        status,
        'no-referrer',
      ]);
    }
  });

  it('has pages that load nothing, run nothing, and are kept nowhere', async () => {
    site.routes.set('away', { upstream: '127.0.0.1:1' });
    for (const path of ['/s/nobody/', '/s/away/']) {
      const { headers, text } = await site.client.get(path);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
      expect(text).not.toMatch(/<script|<link|src=|@import|url\(/i);
    }
  });

  it('remembers a session that was found by its path, and no other', async () => {
    await site.host('mine');
    const cookie = async (path, headers) =>
      (await site.client.get(path, { headers })).headers['set-cookie'];
    expect(await cookie('/s/mine/')).toEqual([
      '__Host-rollcall=mine; Path=/; Secure; HttpOnly; SameSite=Strict',
    ]);
    expect(await cookie('/s/nobody/')).toBeUndefined();
    expect(await cookie('/x', { cookie: '__Host-rollcall=mine' })).toBeUndefined();
  });

  it('takes a path outside /s/ to the session in the cookie, under its base path once', async () => {
    const host = await site.host('based', { basePath: '/desk' });
    const headers = { cookie: 'theme=dark; __Host-rollcall=based; z=1' };
    for (const path of ['/app.js', '/desk', '/desk/', '/desk?x', '/desk/app.js', '/desktop', '/'])
      await site.client.get(path, { headers });
    expect(host.requests.map(({ url }) => url)).toEqual([
      '/desk/app.js',
      '/desk',
      '/desk/',
      '/desk?x',
      '/desk/app.js',
      '/desk/desktop',
      '/desk/',
    ]);
  });

  it('does not let the cookie choose where the path was meant to', async () => {
    const host = await site.host('kept');
    const headers = { cookie: '__Host-rollcall=kept' };
    for (const path of ['/s/', '/s', '/s?x', '/s/-/', '/s/a%20b/', '//', '//s/kept/', '//x'])
      expect([path, (await site.client.get(path, { headers })).status]).toEqual([path, 404]);
    expect(host.requests).toEqual([]);
    await site.client.get('/style.css', { headers });
    expect(host.requests.map(({ url }) => url)).toEqual(['/style.css']);
  });

  it('sees to it that a host’s redirects and cookies stay with its session', async () => {
    const host = await site.host('moved', {
      basePath: '/desk',
      answer: ({ url, headers }, response) => {
        const location = decodeURIComponent(url.split('?to=')[1])
          .replace('DOOR', headers.host)
          .replace('HOST', host.upstream);
        const cookies = ['a=1; Path=/; Secure', 'b=2; Path=/desk', 'c=3'];
        response.writeHead(302, { location, 'set-cookie': cookies }).end();
      },
    });
    const redirected = async (to) => {
      const { headers } = await site.client.get(`/s/moved/?to=${encodeURIComponent(to)}`);
      expect(headers['set-cookie'].map((cookie) => cookie.replace(/^__Host.*/, 'ours'))).toEqual([
        'a=1; Path=/s/moved/; Secure',
        'b=2; Path=/s/moved/',
        'c=3',
        'ours',
      ]);
      return headers.location;
    };
    expect(await redirected('/desk/x?y')).toBe('/s/moved/x?y');
    expect(await redirected('https://DOOR/desk/x')).toBe('/s/moved/x');
    expect(await redirected('https://HOST/desk/x')).toBe('/s/moved/x');
    expect(await redirected('x')).toBe('x');
    expect(await redirected('https://login.example/desk/')).toBe('https://login.example/desk/');
  });

  it.each(['', '/desk'])(
    'keeps each cookie of a host to its session, below %p',
    async (basePath) => {
      const cookies = [
        ['k=v; Path=/; HttpOnly', 'k=v; Path=/s/baked/; HttpOnly'],
        ['k=v; path = /;PATH=/;pAth=', 'k=v; path=/s/baked/; PATH=/s/baked/; pAth=/s/baked/'],
        ['k=path=/x; Path="/"', 'k=path=/x; Path=/s/baked/'],
        ['k=v; Domain=door.test; domain=.test', 'k=v; Domain=; domain='],
        ['k=v; Pathos=/; Subdomain=x', 'k=v; Pathos=/; Subdomain=x'],
        ['__Host-rollcall=b; Path=/; Secure', '__Host-rollcall=b; Path=/s/baked/; Secure'],
      ];
      const answer = ({ url }, response) => {
        const status = Number(/status=(\d+)/.exec(url)[1]);
        response.writeHead(status, { 'set-cookie': cookies.map(([said]) => said) }).end();
      };
      await site.host('baked', { basePath, answer });
      for (const path of ['/s/baked/', '/'])
        for (const status of [200, 302, 304, 404, 500]) {
          const headers = path === '/' ? { cookie: '__Host-rollcall=baked' } : {};
          const answered = await site.client.get(`${path}?status=${status}`, { headers });
          const theirs = answered.headers['set-cookie'].slice(0, cookies.length);
          expect([answered.status, theirs]).toEqual([status, cookies.map(([, kept]) => kept)]);
        }
    },
  );

  it('passes a host’s own errors on, and takes no orders from its answers', async () => {
    const orders = { 'x-accel-redirect': '/rollcall/pages/try-again.html' };
    const answer = ({ url }, response) => {
      const [, status] = /status=(\d+)/.exec(url);
      response.writeHead(Number(status), orders).end('from the host');
    };
    await site.host('bossy', { answer });
    for (const status of [200, 401, 403, 404, 500, 502, 503]) {
      const answered = await site.client.get(`/s/bossy/?status=${status}`);
      expect(answered).toMatchObject({ status, text: 'from the host' });
    }
  });

  it('tells the host who asks for what, and nothing that a client made up about that', async () => {
    const host = await site.host('told');
    const forged = ['x-forwarded-port', 'x-forwarded-server', 'forwarded', 'referer'];
    forged.push('x-rollcall-session', 'x-rollcall-upstream', 'x-rollcall-base-path');
    const headers = Object.fromEntries(forged.map((name) => [name, 'forged']));
    headers['x-forwarded-for'] = headers['x-real-ip'] = '203.0.113.66';
    headers['x-forwarded-host'] = headers['x-forwarded-proto'] = 'forged';
    await site.client.get('/s/told/', { headers: { ...headers, upgrade: 'h2c' } });
    const [{ headers: told }] = host.requests;
    expect(told).toMatchObject({
      host: site.client.authority,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': site.client.authority,
      'x-forwarded-proto': 'https',
      'x-real-ip': '127.0.0.1',
    });
    for (const name of [...forged, 'upgrade']) expect(told).not.toHaveProperty(name);
  });

  it('tells a resolver the id, and nothing else of the request', async () => {
    await site.host('asked');
    const told = { cookie: 'a=b', referer: 'https://x/', 'x-rollcall-session': 'b', accept: '*/*' };
    await site.client.get(`/s/asked/x?authToken=${TOKEN}`, { headers: told });
    const { url, headers } = site.routes.asked.at(-1);
    expect(url).toBe('/route');
    expect(headers['x-rollcall-session']).toBe('asked');
    expect(JSON.stringify(headers)).not.toContain(TOKEN);
    expect(Object.keys(headers).sort()).toEqual(['host', 'x-rollcall-session']);
  });

  it('holds nothing back, neither of an answer nor of an upload', async () => {
    let uploaded;
    await site.host('slow', {
      answer: (asking, response) => {
        asking.once('data', (chunk) => {
          uploaded = String(chunk);
          response.write('first');
        });
        asking.once('end', () => response.end('last'));
      },
    });
    const asking = request({
      port: site.door.port,
      host: '127.0.0.1',
      servername: SERVER_NAME,
      ca: site.certificate.cert,
      path: '/s/slow/',
      method: 'POST',
      headers: { host: site.client.authority },
      agent: false,
    });
    asking.write('begun');
    const [response] = await once(asking, 'response');
    const [first] = await once(response, 'data');
    expect([uploaded, String(first)]).toEqual(['begun', 'first']);
    asking.end('done');
    const [last] = await once(response, 'data');
    expect(String(last)).toBe('last');
  });

  it('speaks TLS 1.2 with modern ciphers and TLS 1.3, and nothing older', async () => {
    const weak = 'DEFAULT:@SECLEVEL=0';
    const tried = [
      { minVersion: 'TLSv1.3' },
      { maxVersion: 'TLSv1.2' },
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: weak },
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA' },
    ];
    for (const servername of [SERVER_NAME, 'other.test']) {
      const spoken = [];
      for (const options of tried) {
        const socket = await tls({ ...options, servername });
        spoken.push(socket?.getProtocol() ?? 'nothing');
        socket?.destroy();
      }
      expect(spoken).toEqual(['TLSv1.3', 'TLSv1.2', 'nothing', 'nothing']);
    }
  });
});

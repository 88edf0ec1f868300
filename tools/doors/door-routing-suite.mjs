import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../start/until.mjs';
import { DoorLoad } from './door-load.mjs';

const SOCKETS_PER_USER = 20;
const MOVES_WITHIN_MS = 20_000;
/** Long enough for a door to notice what has changed, and to stumble over it. */
const AFTERWARDS_MS = 1_000;

/** Links, sockets, moves and restarts, with everything alive. */
export function doorRouting(site) {
  it('carries the links of two users to their two hosts, both ways', async () => {
    const [ann, bob] = await Promise.all([
      site.enter(await site.link('a~console', 'ann')),
      site.enter(await site.link('b~console', 'bob')),
    ]);
    expect(ann).toMatchObject({ host: 'a', user: 'ann', session: 'console' });
    expect(bob).toMatchObject({ host: 'b', user: 'bob', session: 'console' });
    expect(await ann.echo('hello')).toEqual(['a: hello']);
    expect(await bob.echo('hello')).toEqual(['b: hello']);
  });

  it('carries a user name as the host has it, with a domain and what XML would take for its own', async () => {
    const user = 'CORP\\o’neill & <sons>';
    expect(await site.enter(await site.link('a~console', user))).toMatchObject({ user });
  });

  it('carries 20 WebSockets per user at once, each with the sub-protocol dcv', async () => {
    const desktops = await Promise.all([
      site.enter(await site.link('a~console', 'ann')),
      site.enter(await site.link('b~console', 'bob')),
    ]);
    for (const desktop of desktops) {
      await Promise.all(Array.from({ length: SOCKETS_PER_USER - 1 }, () => desktop.addStream()));
      const heard = await desktop.echo('x');
      expect(heard).toEqual(Array(SOCKETS_PER_USER).fill(`${desktop.host}: x`));
      expect(new Set(desktop.streams.map(({ protocol }) => protocol))).toEqual(new Set(['dcv']));
    }
    expect(desktops.every(({ isOpen }) => isOpen)).toBe(true);
  });

  it('takes a link again, as a client that reconnects does', async () => {
    const link = await site.link('a~console', 'ann');
    (await site.enter(link)).close();
    expect(await site.enter(link)).toMatchObject({ host: 'a', user: 'ann' });
  });

  it('carries what is asked for outside the path to the session in the cookie, which only this door gets back', async () => {
    const page = await site.client.get('/s/a~console/');
    const [cookie] = page.headers['set-cookie'];
    expect(cookie).toMatch(/^__Host-rollcall=a~console(;|$)/);
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) {
      expect(cookie.split(/;\s*/)).toContain(attribute);
    }
    const headers = { cookie: cookie.split(';')[0] };
    const script = await site.client.get('/app.js', { headers });
    expect(script).toMatchObject({ status: 200, headers: { 'x-stand-in-host': 'a' } });
  });

  it('adds the slash that a link has lost, and keeps its query', async () => {
    const { status, headers } = await site.client.get('/s/a~console?authToken=x');
    expect([301, 302, 307, 308]).toContain(status);
    const { pathname, search } = new URL(headers.location, `https://${site.client.authority}`);
    expect(pathname + search).toBe('/s/a~console/?authToken=x');
  });

  it('shows a page that helps where there is no such session', async () => {
    const { status, headers, text } = await site.client.get('/s/nobody~console/');
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^text\/html/);
    expect(text).toMatch(/link/i);
  });

  it('follows a session that moves to another host, and never shows a third', async () => {
    const hosts = ['a', 'b'];
    const where = async () => {
      const { status, headers } = await site.client.get('/s/project/');
      return status === 200 ? headers['x-stand-in-host'] : status;
    };
    try {
      site.roll.list('a', 'console', 'project');
      expect(await until(async () => (await where()) === 'a', MOVES_WITHIN_MS)).toBe(true);
      const oldLink = await site.link('project', 'ann');
      site.roll.list('a', 'console');
      site.roll.list('b', 'console', 'project');
      const seen = [];
      const arrived = async () => seen.push(await where()) && seen.at(-1) === 'b';
      expect(await until(arrived, MOVES_WITHIN_MS)).toBe(true);
      expect([...hosts, 404]).toEqual(expect.arrayContaining([...new Set(seen)]));

      const { hash, search } = new URL(await site.link('project', 'ann'));
      expect(hash).toBe('#b~project');
      const link = `https://${site.client.authority}/s/project/${search}#project`;
      expect(await site.enter(link)).toMatchObject({ host: 'b', session: 'project' });
      await expect(site.enter(oldLink)).rejects.toMatchObject({ status: 404 });
    } finally {
      for (const host of hosts) site.roll.list(host, 'console');
    }
  });

  it('loses no request and no WebSocket while two resolvers are restarted, one after the other', async () => {
    const ann = await site.enter(await site.link('a~console', 'ann'));
    const load = new DoorLoad(site.client, ['/s/a~console/', '/s/b~console/', '/s/c~console/']);
    for (const index of [0, 1]) await site.roll.restartResolver(index);
    await delay(AFTERWARDS_MS);
    expect(await load.stop()).toEqual({ 200: expect.any(Number) });
    expect(await ann.echo('still')).toEqual(['a: still']);
  });

  it('loses no request and no WebSocket while its configuration is loaded anew', async () => {
    const ann = await site.enter(await site.link('a~console', 'ann'));
    const load = new DoorLoad(site.client, ['/s/a~console/', '/s/b~console/']);
    await site.door.reload();
    await delay(AFTERWARDS_MS);
    expect(await load.stop()).toEqual({ 200: expect.any(Number) });
    expect(await ann.echo('still')).toEqual(['a: still']);
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../start/until.mjs';
import { DoorClient } from '../door-client.mjs';
import { DOOR_TIMINGS } from '../door-roll.mjs';
import { GatewaySite } from './gateway-site.mjs';
import { StandInGateway } from './stand-in-gateway.mjs';

const START_TIMEOUT_MS = 120_000;
const CHANNELS_PER_USER = 10;
const WITHIN_MS = 20_000;
/** Half a second for a busy machine. */
const ALLOWANCE_MS = 500;
/** What a socket is closed with when there is no destination. */
const NO_DESTINATION = 1008;

describe('a Connection Gateway, set up as docs/connection-gateway.md says', () => {
  const site = new GatewaySite();
  beforeAll(() => site.start(), START_TIMEOUT_MS);
  afterEach(() => site.closeDesktops());
  afterAll(() => site.stop(), START_TIMEOUT_MS);

  /** How often each outcome came of the lookups meanwhile. */
  async function outcomesOf(action) {
    const before = { ...site.gateway.outcomes };
    await action();
    const { outcomes } = site.gateway;
    return Object.fromEntries(
      Object.keys(outcomes).map((name) => [name, outcomes[name] - before[name]]),
    );
  }
  const browserLink = async (session, user) => (await site.links(session, user)).browser;

  it('carries the links of two users to their two hosts, both ways, 10 channels and as many lookups each', async () => {
    const links = await Promise.all([
      browserLink('a~console', 'ann'),
      browserLink('b~console', 'bob'),
    ]);
    const outcomes = await outcomesOf(async () => {
      const [ann, bob] = await Promise.all(links.map((link) => site.enter(link)));
      expect(ann).toMatchObject({ host: 'a', user: 'ann', session: 'console' });
      expect(bob).toMatchObject({ host: 'b', user: 'bob', session: 'console' });
      for (const desktop of [ann, bob]) {
        const more = Array.from({ length: CHANNELS_PER_USER - 1 }, () => desktop.addStream());
        await Promise.all(more);
        const heard = await desktop.echo('x');
        expect(heard).toEqual(Array(CHANNELS_PER_USER).fill(`${desktop.host}: x`));
      }
    });
    expect(outcomes).toEqual({
      200: 2 * (CHANNELS_PER_USER + 1),
      404: 0,
      other: 0,
      unreachable: 0,
    });
  });

  it('opens the native client’s link, too', async () => {
    const { native } = await site.links('c~console', 'cleo');
    expect(native).toMatch(/^dcv:\/\/.*\/\?authToken=[\w-]{43}#c~console$/);
    const link = native.replace(/^dcv:/, 'https:');
    expect(await site.enter(link)).toMatchObject({ host: 'c', user: 'cleo' });
  });

  it('answers 404 on auth to a client without a token, and asks nobody', async () => {
    const outcomes = await outcomesOf(async () => {
      expect((await site.client.get('/')).status).toBe(200);
      await expect(site.client.open('/auth')).rejects.toMatchObject({ status: 404 });
    });
    expect(outcomes).toEqual({ 200: 0, 404: 0, other: 0, unreachable: 0 });
  });

  it('lets nobody in with another host’s token', async () => {
    const { search } = new URL(await browserLink('b~console', 'bob'));
    const link = `https://${site.client.authority}/${search}#a~console`;
    await expect(site.enter(link)).rejects.toMatchObject({ status: 'no' });
  });

  it.each([
    ['no client certificate', () => undefined],
    ['a client certificate of its own', () => site.strangersCertificate],
  ])('reaches no resolver with %s', async (_, certificate) => {
    const gateway = await site.startGateway(certificate());
    expect(await gateway.resolve('a~console')).toBeUndefined();
    expect(gateway.outcomes).toEqual({ 200: 0, 404: 0, other: 0, unreachable: 1 });
    const { code, stdout } = await site.roll.roll.runCli(['resolve', 'a~console', '--json']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('console')]);
  });

  it('takes no address for the name of a resolver, as the real one', () => {
    const started = () =>
      new StandInGateway({
        certificate: site.certificate,
        resolver: { url: 'https://127.0.0.1/' },
      });
    expect(started).toThrow('domain name');
  });

  it('answers hosts without a certificate verifications alone, and nothing beside the secret path', async () => {
    const hosts = new DoorClient({
      port: site.hostsPort,
      serverName: 'resolver.example.com',
      ca: site.ca,
    });
    const statusOf = async (path) => (await hosts.get(path, { method: 'POST' })).status;
    expect(await statusOf(`${site.secretPath}/verify/a`)).toBe(200);
    expect(await statusOf('/verify/a')).toBe(404);
    const lookup = '/resolveSession?sessionId=a~console&transport=HTTP';
    expect(await statusOf(site.secretPath + lookup)).toBe(404);
  });

  it('follows a session that moves to another host', async () => {
    const portOf = async () => (await site.gateway.resolve('project'))?.Port;
    const { a, b } = site.roll.hosts;
    try {
      site.roll.list('a', 'console', 'project');
      expect(await until(async () => (await portOf()) === a.dcv.port, WITHIN_MS)).toBe(true);
      const oldLink = await browserLink('project', 'ann');
      site.roll.list('a', 'console');
      site.roll.list('b', 'console', 'project');
      expect(await until(async () => (await portOf()) === b.dcv.port, WITHIN_MS)).toBe(true);

      const link = await browserLink('project', 'ann');
      expect(await site.enter(link)).toMatchObject({ host: 'b', session: 'project' });
      await expect(site.enter(oldLink)).rejects.toMatchObject({ status: NO_DESTINATION });
    } finally {
      for (const host of ['a', 'b']) site.roll.list(host, 'console');
    }
  });

  it('loses no lookup and no WebSocket while two resolvers of one name are restarted, one after the other', async () => {
    const cleo = await site.enter(await browserLink('c~console', 'cleo'));
    const pending = [];
    const timer = setInterval(() => pending.push(site.gateway.resolve('a~console')), 20);
    const outcomes = await outcomesOf(async () => {
      for (const index of [1, 2]) await site.roll.restartResolver(index);
      clearInterval(timer);
      await Promise.all(pending);
    });
    expect(outcomes).toEqual({ 200: expect.any(Number), 404: 0, other: 0, unreachable: 0 });
    expect(await cleo.echo('still')).toEqual(['c: still']);
  });

  it('finds no destination for a host that died, within its lease, while the other stays connected', async () => {
    const ann = await site.enter(await browserLink('a~console', 'ann'));
    const link = await browserLink('c~console', 'cleo');
    const cleo = await site.enter(link);
    await site.roll.killHost('c');
    try {
      const gone = async () => (await site.gateway.resolve('c~console')) === undefined;
      const outcomes = await outcomesOf(async () =>
        expect(await until(gone, DOOR_TIMINGS.lease + ALLOWANCE_MS)).toBe(true),
      );
      expect(outcomes).toMatchObject({ 404: 1, other: 0, unreachable: 0 });
      expect(cleo.isOpen).toBe(false);
      await expect(site.enter(link)).rejects.toMatchObject({ status: NO_DESTINATION });
      expect(await ann.echo('still here')).toEqual(['a: still here']);
    } finally {
      await site.roll.reviveHost('c');
    }
  });

  it('gets a status that is neither 200 nor 404 while the store is away; open WebSockets stay, and it needs no restart', async () => {
    const link = await browserLink('a~console', 'ann');
    const ann = await site.enter(link);
    const { redis } = site.roll.roll;
    await redis.pause();
    try {
      const outcomes = await outcomesOf(async () => {
        const awayAt = performance.now();
        while (performance.now() - awayAt < DOOR_TIMINGS.lease + DOOR_TIMINGS.interval) {
          expect(await site.gateway.resolve('a~console')).toBeUndefined();
          expect(await site.gateway.resolve('nobody~console')).toBeUndefined();
          expect(await ann.echo('on and on')).toEqual(['a: on and on']);
          await delay(DOOR_TIMINGS.interval / 2);
        }
      });
      expect(outcomes).toEqual({ 200: 0, 404: 0, other: expect.any(Number), unreachable: 0 });
      expect(outcomes.other).toBeGreaterThan(0);
    } finally {
      await redis.resume();
    }
    const entered = () =>
      site.enter(link).then(
        ({ host, user }) => host === 'a' && user === 'ann',
        () => false,
      );
    expect(await until(entered, WITHIN_MS)).toBe(true);
  });

  it('leaves no token and no secret path in any log', async () => {
    expect(site.tokens.size).toBeGreaterThan(0);
    const secrets = [site.secretPath, ...site.tokens];
    const leaked = site.roll.roll.logs
      .split('\n')
      .filter((line) => secrets.some((secret) => line.includes(secret)));
    expect(leaked.length).toBe(0);
  });
});

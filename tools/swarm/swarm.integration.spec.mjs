import { once } from 'node:events';
import { connect } from 'node:net';
import { readEnv, RedisSettings, TimingSettings } from '@rollcall/config';
import { parsePublicId } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';
import { startTestRedis } from '@rollcall/testing';
import { until } from '../start/until.mjs';
import { spawnSwarm } from './swarm-process.mjs';
import { startSwarm } from './swarm.mjs';

const SCALED = {
  HEARTBEAT_INTERVAL_MS: '500',
  LEASE_TTL_MS: '2000',
  SWEEP_INTERVAL_MS: '200',
  RETENTION_MS: '120000',
  AGENT_POLL_INTERVAL_MS: '200',
};
const HOSTS = 200;
const ZONES = 3;
const SEED = 11;
const PROBE_TIMEOUT_MS = 1_500;
/** For a machine that has more to do. */
const SOON_MS = 30_000;

let redis;
let env;
let opened;
let policy;
let swarm;
let rolls = 0;

beforeAll(async () => {
  redis = await startTestRedis();
});

afterAll(() => redis?.stop());

afterEach(async () => {
  await swarm?.stop('crash');
  await opened?.close();
  swarm = opened = undefined;
});

/** A roll of the test's own, and a resolver's view of it. */
async function openRoll(timings = SCALED) {
  env = { ...timings, REDIS_URL: redis.url, ROLL: `swarm-${++rolls}` };
  const config = readEnv({ redis: RedisSettings, policy: TimingSettings }, env);
  opened = openSessionStore({ ...config, role: 'resolve' });
  policy = config.policy;
  await opened.ready(SOON_MS);
}

async function start(options = {}) {
  swarm = await startSwarm({ env, seed: SEED, zones: ZONES, hosts: HOSTS, ...options });
  await swarm.until(() => swarm.count('live') === swarm.hosts.length, SOON_MS);
}

async function lookup(id) {
  const parsed = parsePublicId(id);
  return opened.store.lookup(parsed.id);
}

const answers = async (id) => (await lookup(id)).kind === 'answer';
const qualified = ({ server, sessions }) => sessions.ids.map((id) => `${server}~${id}`);

/** Page after page; who reports meanwhile moves to a later one, and is seen twice. */
async function serversOnTheRoll() {
  const found = new Set();
  let cursor = 0;
  do {
    const page = await opened.store.servers(cursor, 100);
    for (const { server } of page.servers) found.add(server);
    cursor = page.next;
  } while (cursor !== undefined);
  return [...found];
}

/** What a probe of the DCV port finds. */
async function probe({ address: { host, httpPort } }) {
  const socket = connect({ host, port: httpPort, timeout: PROBE_TIMEOUT_MS });
  const found = await Promise.race([
    once(socket, 'connect').then(
      () => 'open',
      ({ code }) => code,
    ),
    once(socket, 'timeout').then(() => 'no answer'),
  ]);
  socket.destroy();
  return found;
}

describe('a swarm', () => {
  beforeEach(() => openRoll());

  it('is on the roll, every host, and all its sessions resolve to its endpoint', async () => {
    await start();

    expect((await serversOnTheRoll()).sort()).toEqual(swarm.hosts.map((h) => h.server).sort());
    for (const host of swarm.hosts) {
      for (const id of qualified(host)) {
        const evidence = await lookup(id);
        expect(evidence).toMatchObject({ kind: 'answer' });
        expect(JSON.stringify(evidence)).toContain(host.address.host);
      }
    }
    // Bare ids are no more than provisional until the roll is settled.
    for (const id of swarm.hosts.flatMap((host) => host.sessions.ids)) {
      expect(await until(() => answers(id), policy.settleAfterMs + SOON_MS)).toBe(true);
    }
    const { hosts, sessions, window } = swarm.stats();
    expect(hosts).toMatchObject({ total: HOSTS, live: HOSTS, away: 0 });
    expect(sessions).toBe(2 * HOSTS);
    expect(window.failed).toBe(0);
  });

  it('churns: what closes is gone, and what opens is found', async () => {
    await start();
    const before = new Map(swarm.hosts.map((host) => [host, qualified(host)]));

    expect(await swarm.churn(50)).toEqual({ hosts: 50 });

    const changed = swarm.hosts.filter(
      (host) => before.get(host).join() !== qualified(host).join(),
    );
    expect(changed).toHaveLength(50);
    for (const host of changed) {
      const [now, then] = [qualified(host), before.get(host)];
      const opened = now.filter((id) => !then.includes(id));
      const closed = then.filter((id) => !now.includes(id));
      expect([opened.length, closed.length]).toEqual([1, 1]);
      const isSo = async () => (await answers(opened[0])) && !(await answers(closed[0]));
      expect(await until(isSo, SOON_MS)).toBe(true);
    }
  });

  it('crashes: those hosts lapse with their lease, and no others', async () => {
    await start();

    await swarm.crash('20%');

    const crashed = swarm.hosts.filter(({ phase }) => phase === 'crashed');
    expect(crashed).toHaveLength(HOSTS / 5);
    const lapsed = async () =>
      (await Promise.all(crashed.flatMap(qualified).map(answers))).every((found) => !found);
    expect(await answers(qualified(crashed[0])[0])).toBe(true);
    expect(await until(lapsed, policy.leaseTtlMs + SOON_MS)).toBe(true);
    const living = swarm.hosts.filter((host) => host.isRunning);
    expect(living).toHaveLength(HOSTS - HOSTS / 5);
    for (const id of living.flatMap(qualified)) {
      expect(await until(() => answers(id), SOON_MS)).toBe(true);
    }
  });

  it('loses the beats of one zone, and has them back', async () => {
    await start();
    const inZone = (zone) => swarm.hosts.filter((host) => host.zone === zone);

    await swarm.silence('zone b');
    await swarm.until(() => swarm.count('away') === inZone('b').length, SOON_MS);

    expect(inZone('b').every(({ phase }) => phase === 'away')).toBe(true);
    expect(inZone('a').every(({ phase }) => phase === 'live')).toBe(true);
    await swarm.resume('all');
    await swarm.until(() => swarm.count('live') === HOSTS, SOON_MS);
  });

  it('leaves and returns, as for an upgrade, and nothing is lost meanwhile', async () => {
    await start();
    const [host] = swarm.hosts;
    const [id] = qualified(host);
    const kinds = new Set();
    let over = false;
    const looking = (async () => {
      while (!over) kinds.add((await lookup(id)).kind);
    })();

    await swarm.leave(`host ${host.server}`);
    expect(host.phase).toBe('left');
    await swarm.resume('all');
    await swarm.until(() => host.phase === 'live', SOON_MS);
    over = true;
    await looking;

    expect([...kinds]).toEqual(['answer']);
  });

  it('withdraws: the sessions are gone at once', async () => {
    await start({ hosts: 10 });
    const [host] = swarm.hosts;
    const [id] = qualified(host);

    await swarm.withdraw(`host ${host.server}`);

    expect(await answers(id)).toBe(false);
    expect(await serversOnTheRoll()).toHaveLength(9);
  });

  it('has ports as a probe finds them: open, refused, without an answer', async () => {
    await start({ hosts: 12 });
    const [dying, vanishing, other] = swarm.hosts;
    expect(await Promise.all(swarm.hosts.map(probe))).toEqual(Array(12).fill('open'));

    await swarm.die(`host ${dying.server}`);
    await swarm.vanish(`host ${vanishing.server}`);
    await swarm.drop('zone c');

    expect(await probe(dying)).toBe('ECONNREFUSED');
    const dropped = swarm.hosts.filter(({ zone }) => zone === 'c');
    const found = await Promise.all([vanishing, ...dropped].map(probe));
    expect(found).toEqual(Array(5).fill('no answer'));
    expect(await probe(other)).toBe('no answer');
    await swarm.resume('all');
    expect(await Promise.all(swarm.hosts.map(probe))).toEqual(Array(12).fill('open'));
    await swarm.until(() => swarm.count('live') === 12, SOON_MS);
  });

  it('does what it is told over a time one by one', async () => {
    await start();
    const acting = swarm.do('crash all over 2s');
    await swarm.until(() => swarm.count('crashed') >= HOSTS / 4, SOON_MS);

    expect(swarm.count('crashed')).toBeLessThan(HOSTS);
    expect(await acting).toEqual({ hosts: HOSTS });
  });
});

describe('a swarm that returns all at once', () => {
  /** At the default interval of 5 s; with the scaled one, a second holds two whole intervals. */
  const DEFAULT = {};
  const STEADY_PER_SECOND = HOSTS / 5;

  beforeEach(() => openRoll(DEFAULT));

  /** Two more intervals, in which every host reports; the bar of faults.md F23. */
  async function expectSpread() {
    await swarm.until(() => swarm.count('live') === HOSTS, SOON_MS);
    await swarm.sleepUntil(swarm.stats().atMs + 1.2 * policy.intervalMs);
    const { sinceMark } = swarm.stats();
    expect(sinceMark.applied).toBeGreaterThanOrEqual(HOSTS);
    expect(sinceMark.busiestSecond).toBeGreaterThan(0);
    expect(sinceMark.busiestSecond).toBeLessThanOrEqual(2 * STEADY_PER_SECOND);
    return sinceMark;
  }

  it('after an outage of the store writes at most twice its steady rate in any second', async () => {
    await start();
    await redis.kill();
    await swarm.until(() => swarm.count('away') === HOSTS, SOON_MS);
    swarm.mark();
    await redis.restart();

    // No report was tried before a ping was answered.
    const { failed } = await expectSpread();
    expect(failed).toBeLessThan(0.05 * HOSTS);
  });

  it('after all agents were killed, too', async () => {
    await start();
    await swarm.crash('all');
    swarm.mark();
    await swarm.do('resume all over 0s');

    await expectSpread();
  });
});

describe('a swarm in a process of its own', () => {
  let child;

  beforeEach(() => openRoll());
  afterEach(() => child?.stop('crash'));

  it('does as it is told, tells its figures, and ends in order', async () => {
    child = spawnSwarm({
      env: { ...process.env, ...env },
      options: ['--hosts', '50', '--zones', '2', '--seed', '3'],
      everyMs: 200,
    });

    await child.until(({ hosts }) => hosts.live === 50, 20_000);
    expect(await child.do('crash 10')).toEqual({ hosts: 10 });
    await expect(child.do('jump 10')).rejects.toThrow('there is no command "jump"');
    expect((await child.stats()).hosts).toMatchObject({ live: 40, crashed: 10 });
    expect(child.lastStats.process.rssMb).toBeGreaterThan(0);
    expect(await child.stop('withdraw')).toBe(0);

    await until(async () => (await serversOnTheRoll()).length <= 10, policy.leaseTtlMs);
    expect((await serversOnTheRoll()).length).toBeLessThanOrEqual(10);
    await expect(child.do('stats')).rejects.toThrow('the swarm has ended (0)');
  });

  it('says what is wrong with its settings', async () => {
    child = spawnSwarm({ env: { PATH: process.env.PATH, REDIS_URL: 'somewhere' } });

    await expect(child.do('stats')).rejects.toThrow('REDIS_URL must read redis://');
    expect(await child.ended).toBe(78);
  });
});

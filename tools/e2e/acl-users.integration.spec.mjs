import { startTestRedis } from '@rollcall/testing';
import { aclUser } from './acl-files.mjs';
import { RollUnderTest, SCALED_TIMINGS } from './roll-under-test.mjs';

const WITHIN_MS = 15_000;
const START_TIMEOUT_MS = 60_000;

const BASE = 'rollcall:{main}:';
const TOKENS = `${BASE}t:gpu-1~console`;
const GUESSES = `${BASE}g:1`;
const OWN = `${BASE}q:gpu-1`;
const ANOTHERS = `${BASE}q:gpu-2`;
const IDENTITIES = `${BASE}identities`;
const PROTECT = `${BASE}protect`;
/** The call of a script is refused by the same rules as one from outside, in other words by each server. */
const REFUSED = /NOPERM|ACL failure|can't/;

const USERS = {
  resolver: aclUser('resolver'),
  reconciler: aclUser('reconciler'),
  cli: aclUser('cli'),
  agent: aclUser('agent'),
  hostsAgent: aclUser('agent-of-one-host', 'gpu-1'),
  ingest: aclUser('ingest'),
};

const asUser = ({ name, password }) => ({ REDIS_USERNAME: name, REDIS_PASSWORD: password });

describe('the ACL users of deploy/redis', () => {
  let admin;
  let roll;

  beforeAll(async () => {
    const redis = await startTestRedis({ users: Object.values(USERS).map(({ line }) => line) });
    roll = new RollUnderTest(redis, SCALED_TIMINGS);
    admin = redis.client();
    roll.resolver = await roll.startResolver(asUser(USERS.resolver));
    const board = { BULL_BOARD: 'on' };
    roll.reconciler = await roll.startApp('reconciler', { ...asUser(USERS.reconciler), ...board });
    await roll.settled();
  }, START_TIMEOUT_MS);
  afterAll(() => roll?.stop(), START_TIMEOUT_MS);

  const becomes = async (id, status) =>
    expect(await roll.becomes(id, status, WITHIN_MS)).toBeDefined();

  async function rollcall(...args) {
    const { code, stdout, stderr } = await roll.runCli(args, asUser(USERS.cli));
    return { code, stderr, ...(stdout.startsWith('{') && { document: JSON.parse(stdout) }) };
  }

  /** The board asks who is connected, and shows no workers when it is not told. */
  async function refusedCommands() {
    const entries = (await admin.acl('LOG')).map((flat) => flat[flat.indexOf('object') + 1]);
    return [...new Set(entries)];
  }

  async function tokenFor(id) {
    const options = ['--user', 'ann', '--gateway', 'gateway.example', '--json'];
    const connected = await rollcall('connect', id, ...options);
    expect(connected).toMatchObject({ code: 0, stderr: '' });
    return connected.document.token;
  }

  async function verdict(server, authenticationToken) {
    const body = new URLSearchParams({ sessionId: 'console', authenticationToken });
    const asked = await fetch(`${roll.resolver.url}/verify/${server}`, { method: 'POST', body });
    return /result="(\w+)"/.exec(await asked.text())?.[1];
  }

  it('let every process do its work', async () => {
    const hostsAgent = asUser(USERS.hostsAgent);
    const opened = { id: 'console', 'creation-time': '2026-01-12T07:58:04Z' };
    const first = await roll.startHost('gpu-1', [opened, 'cad'], hostsAgent);
    const second = await roll.startHost('gpu-2', ['console'], asUser(USERS.agent));
    await becomes('gpu-1~console', 200);
    await becomes('gpu-2~console', 200);
    await becomes('console', 404);
    await becomes('cad', 200);

    const token = await tokenFor('gpu-1~console');
    expect(await verdict('gpu-1', token)).toBe('yes');
    expect(await verdict('gpu-2', token)).toBe('no');
    first.list({ ...opened, 'creation-time': '2026-01-12T09:00:00Z' }, 'project');
    await becomes('project', 200);
    await becomes('cad', 404);
    expect(await verdict('gpu-1', token)).toBe('no');
    second.list();
    await becomes('console', 200);

    await admin.script('FLUSH');
    expect(await first.agent.stop()).toBe(0);
    await first.startAgent({ ...hostsAgent, AGENT_STOP: 'withdraw' });
    await becomes('gpu-1~console', 200);
    await tokenFor('gpu-1~console');
    expect(await rollcall('revoke', '--user', 'ann')).toMatchObject({ code: 0 });
    await tokenFor('gpu-1~console');
    expect(await first.agent.stop()).toBe(0);
    await becomes('gpu-1~console', 404);
    expect(await admin.exists(TOKENS)).toBe(0);

    const board = await fetch(`${roll.reconciler.opsUrl}/board/api/queues`);
    expect(await board.text()).toContain('sweep');
    for (const listing of ['servers', 'sessions', 'sweep'])
      expect(await rollcall(listing, '--json')).toMatchObject({ code: 0 });
    expect(await rollcall('evict', 'gpu-2')).toMatchObject({ code: 0 });
    expect(await refusedCommands()).toEqual(['client|list']);
    for (const { name, log } of [roll.resolver, roll.reconciler, first.agent, second.agent])
      expect([name, log]).toEqual([name, expect.not.stringMatching(REFUSED)]);
  });

  const OF_AGENTS = [
    ['HSET', TOKENS, 'minted', '9999999999999\troot\t'],
    ['SET', TOKENS, 'x'],
    ['HGETALL', TOKENS],
    ['RENAME', OWN, TOKENS],
    ['COPY', OWN, TOKENS, 'REPLACE'],
    ['EVAL', "return redis.call('HSET', KEYS[1], 'minted', 'x')", 1, TOKENS],
    ['EVAL', "return redis.call('SET', KEYS[1], 'x')", 1, TOKENS],
    ['EVAL', "return redis.call('HGETALL', KEYS[1])", 1, TOKENS],
    ['EVAL', "return redis.call('HSET', ARGV[1], 'minted', 'x')", 0, TOKENS],
    ['EVAL', "return redis.call('RENAME', KEYS[1], KEYS[2])", 2, OWN, TOKENS],
    ['SET', GUESSES, '0'],
    ['EVAL', "return redis.call('DEL', KEYS[1])", 1, GUESSES],
    ['HSET', PROTECT, '', 'on'],
    ['XREAD', 'STREAMS', `${BASE}events`, '0'],
  ];
  const OF_ALL = [
    ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
    ['SCAN', '0'],
    ['RANDOMKEY'],
    ['DBSIZE'],
    ['GET', 'rollcall:{other}:q:gpu-1'],
    ['FUNCTION', 'LOAD', '#!lua name=x'],
    ['SCRIPT', 'FLUSH'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['CONFIG', 'GET', 'requirepass'],
    ['ACL', 'LIST'],
    ['MIGRATE', '192.0.2.1', '6379', OWN, '0', '1000'],
    ['REPLICAOF', '192.0.2.1', '6379'],
    ['CLUSTER', 'RESET'],
    ['MONITOR'],
    ['KEYS', '*'],
    ['FLUSHALL'],
  ];
  const NO_IDENTITIES = [
    ['HGETALL', IDENTITIES],
    ['HSET', IDENTITIES, 'gpu-1', 'x'],
    ['EVAL', "return redis.call('HSET', KEYS[1], 'gpu-1', 'x')", 1, IDENTITIES],
  ];

  /** What each user is refused. */
  const REFUSALS = {
    agent: [...OF_AGENTS, ...NO_IDENTITIES],
    ingest: OF_AGENTS,
    hostsAgent: [
      ...[...OF_AGENTS, ...NO_IDENTITIES],
      ['GET', ANOTHERS],
      ['SET', ANOTHERS, 'x'],
      ['EVAL', "return redis.call('SET', KEYS[1], 'x')", 1, ANOTHERS],
      ['EVAL', "return redis.call('SET', ARGV[1], 'x')", 1, OWN, `${BASE}l:gpu-2`],
      ['UNLINK', `${BASE}t:gpu-2~console`],
    ],
    resolver: [
      ...NO_IDENTITIES,
      ['SET', OWN, 'x'],
      ['DEL', `${BASE}b:console`],
      ['EVAL', "return redis.call('HSET', KEYS[1], 'minted', 'x')", 1, TOKENS],
      ['UNLINK', TOKENS],
      ['ZADD', `${BASE}due`, '1', 'gpu-1'],
      ['XADD', `${BASE}events`, '*', 'type', 'server.lost'],
      ['GET', 'rollcall:{main:jobs}:sweep:meta'],
    ],
    reconciler: [
      ...NO_IDENTITIES,
      ['HGETALL', TOKENS],
      ['EVAL', "return redis.call('HSET', KEYS[1], 'minted', 'x')", 1, TOKENS],
      ['SET', GUESSES, '0'],
    ],
    cli: [
      ['GET', 'rollcall:{main:jobs}:sweep:meta'],
      ['SET', GUESSES, '0'],
    ],
  };

  describe.each(Object.entries(REFUSALS))('of %s', (user, refusals) => {
    let client;
    beforeAll(() => {
      const { name: username, password } = USERS[user];
      client = roll.redis.client({ username, password });
    });
    beforeEach(async () => {
      await admin.unlink(TOKENS);
      await admin.hset(TOKENS, 'digest', '9999999999999\tann\t');
      await admin.set(OWN, 'answer');
    });

    const cases = [...refusals, ...OF_ALL].map((call) => [call.join(' '), call]);
    it.each(cases)('is refused %s', async (_, call) => {
      await expect(client.call(...call)).rejects.toThrow(REFUSED);
      expect(await admin.hkeys(TOKENS)).toEqual(['digest']);
    });
  });

  describe('of an agent’s host', () => {
    let client;
    beforeAll(() => {
      const { name: username, password } = USERS.hostsAgent;
      client = roll.redis.client({ username, password });
    });

    it('takes its own tokens away, as it must when a session ends', async () => {
      await admin.hset(TOKENS, 'digest', '9999999999999\tann\t');
      const unlink = "return redis.call('UNLINK', KEYS[1])";
      expect(await client.call('EVAL', unlink, 1, TOKENS)).toBe(1);
    });

    // docs/redis.md says so: direct mode is for hosts that are trusted with this.
    it.each([
      ['answer any bare id', ['SET', `${BASE}b:boss`, '=gpu-1\t192.0.2.1\t8443\t0\t/']],
      ['move another’s deadline', ['ZADD', `${BASE}due`, '9999999999999', 'gpu-2']],
      ['forge an event', ['XADD', `${BASE}events`, '*', 'type', 'server.lost']],
    ])('can still %s', async (_, call) => {
      await expect(client.call(...call)).resolves.toBeDefined();
    });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestRedis } from '@rollcall/testing';
import { root } from '../setup/install.mjs';
import { RollUnderTest, SCALED_TIMINGS } from './roll-under-test.mjs';

const PAGE = join(root, 'docs/operations.md');
const PASSWORD = 'PASSWORD';
const WITHIN_MS = 15_000;
const START_TIMEOUT_MS = 60_000;

const BASE = 'rollcall:{main}:';
const TOKENS = `${BASE}t:gpu-1~console`;
const GUESSES = `${BASE}g:1`;
const OWN = `${BASE}q:gpu-1`;
/** The call of a script is refused by the same rules as one from outside, in other words by each server. */
const REFUSED = /NOPERM|ACL failure|can't/;

/** The `user` lines of the page: name → rules. */
function documentedUsers() {
  const lines = readFileSync(PAGE, 'utf8').matchAll(/^ *user (\S+) (on .*)$/gm);
  return Object.fromEntries([...lines].map(([, name, rules]) => [name, rules.split(' ')]));
}

const asUser = (name) => ({ REDIS_USERNAME: name, REDIS_PASSWORD: PASSWORD });

describe('the ACL users of docs/operations.md', () => {
  const users = documentedUsers();
  const services = asUser('rollcall');
  const agents = asUser('rollcall-agent');
  let admin;
  let roll;

  beforeAll(async () => {
    const redis = await startTestRedis();
    roll = new RollUnderTest(redis, SCALED_TIMINGS);
    admin = redis.client();
    for (const [name, rules] of Object.entries(users)) await admin.acl('SETUSER', name, ...rules);
    roll.resolver = await roll.startResolver(services);
    roll.reconciler = await roll.startApp('reconciler', services);
    await roll.settled();
  }, START_TIMEOUT_MS);
  afterAll(() => roll?.stop(), START_TIMEOUT_MS);

  const becomes = async (id, status) =>
    expect(await roll.becomes(id, status, WITHIN_MS)).toBeDefined();

  async function rollcall(...args) {
    const { code, stdout, stderr } = await roll.runCli(args, services);
    return { code, stderr, ...(args.includes('--json') && { document: JSON.parse(stdout) }) };
  }

  async function tokenFor(id) {
    const options = ['--user', 'ann', '--gateway', 'gateway.example', '--json'];
    const { document } = await rollcall('connect', id, ...options);
    return document.token;
  }

  async function verdict(server, authenticationToken) {
    const body = new URLSearchParams({ sessionId: 'console', authenticationToken });
    const asked = await fetch(`${roll.resolver.url}/verify/${server}`, { method: 'POST', body });
    return /result="(\w+)"/.exec(await asked.text())?.[1];
  }

  it('let every process do its work', async () => {
    const opened = { id: 'console', 'creation-time': '2026-01-12T07:58:04Z' };
    const first = await roll.startHost('gpu-1', [opened, 'cad'], agents);
    const second = await roll.startHost('gpu-2', ['console'], agents);
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
    await first.startAgent({ ...agents, AGENT_STOP: 'withdraw' });
    await becomes('gpu-1~console', 200);
    await tokenFor('gpu-1~console');
    expect(await rollcall('revoke', '--user', 'ann')).toMatchObject({ code: 0 });
    await tokenFor('gpu-1~console');
    expect(await first.agent.stop()).toBe(0);
    await becomes('gpu-1~console', 404);
    expect(await admin.exists(TOKENS)).toBe(0);

    for (const listing of ['servers', 'sessions', 'sweep'])
      expect(await rollcall(listing, '--json')).toMatchObject({ code: 0 });
    expect(await rollcall('evict', 'gpu-2')).toMatchObject({ code: 0 });
    expect(await admin.acl('LOG')).toEqual([]);
    for (const { name, log } of [roll.resolver, roll.reconciler, first.agent, second.agent])
      expect([name, log]).toEqual([name, expect.not.stringMatching(REFUSED)]);
  });

  describe('of the agents', () => {
    let agent;
    beforeAll(() => {
      agent = roll.redis.client({ username: 'rollcall-agent', password: PASSWORD });
    });
    beforeEach(async () => {
      await admin.unlink(TOKENS);
      await admin.hset(TOKENS, 'digest', '9999999999999\tann\t');
      await admin.set(OWN, 'answer');
    });

    const refused = [
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
      ['GET', 'rollcall:{other}:q:gpu-1'],
      ['FUNCTION', 'LOAD', '#!lua name=x'],
      ['SCRIPT', 'FLUSH'],
      ['CLIENT', 'KILL', 'TYPE', 'normal'],
      ['KEYS', '*'],
      ['FLUSHALL'],
    ];

    it.each(refused.map((call) => [call.join(' '), call]))('is refused %s', async (_, call) => {
      await expect(agent.call(...call)).rejects.toThrow(REFUSED);
      expect(await admin.hkeys(TOKENS)).toEqual(['digest']);
    });

    it('takes tokens away, as it must when a session ends', async () => {
      const unlink = "return redis.call('UNLINK', KEYS[1])";
      expect(await agent.call('EVAL', unlink, 1, TOKENS)).toBe(1);
    });
  });
});

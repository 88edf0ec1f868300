import { GUESSES_MAX, type SessionStore } from '@rollcall/domain';
import { createLogger } from '@rollcall/observability';
import { openSessionStore, type OpenSessionStore } from '@rollcall/session-store';
import {
  aReport,
  exchange,
  localId,
  RawConnection,
  serverId,
  startTestRedis,
  until,
  type RawResponse,
  type ReportTraits,
  type TestRedis,
} from '@rollcall/testing';
import { ConnectionTokens } from '@rollcall/tokens';
import { startResolver, type RunningResolver } from '../resolver.application';
import { aConfig, untilReady } from '../testing/resolver-under-test';
import { dumpOf, sentCommands } from '../testing/sent-commands';
import { formOf, verification } from '../testing/verification-requests';

const TIMING = {
  HEARTBEAT_INTERVAL_MS: '500',
  LEASE_TTL_MS: '20000',
  RETENTION_MS: '200000',
  SWEEP_INTERVAL_MS: '200',
};
const ROLL = 'rollcall:{main}:';
const BROKER_PATH = '/agent/validate-authentication-token';
const WRONG_TOKEN = 'w'.repeat(43);

describe('the verifier on Redis', () => {
  let redis: TestRedis;
  let agent: OpenSessionStore;
  let store: SessionStore;
  let resolvers: [RunningResolver, RunningResolver];
  let token: string;
  let sequence = 0;

  beforeAll(async () => {
    redis = await startTestRedis({ persistence: 'always' });
    const config = aConfig({ ...TIMING, REDIS_URL: redis.url });
    agent = openSessionStore({ redis: config.redis, policy: config.timing, role: 'report' });
    store = agent.store;
    await agent.ready(5_000);
    const start = () => startResolver(config, createLogger({ app: 'resolver', level: 'silent' }));
    resolvers = [await start(), await start()];
    await Promise.all(resolvers.map(untilReady));
    await report({ server: 'gpu-1', endpoint: { host: '127.0.0.1' } });
    await report({ server: 'gpu-2', endpoint: { host: '127.0.0.2' } });
    token = await aToken('gpu-1');
  });

  afterAll(async () => {
    await Promise.all(resolvers.map((resolver) => resolver.stop()));
    await agent.close();
    await redis.stop();
  });

  function report(traits: ReportTraits) {
    return store.report(aReport({ ...traits, sequence: ++sequence }));
  }

  async function aToken(server: string): Promise<string> {
    const session = { server: serverId(server), session: localId('console') };
    const issued = await new ConnectionTokens(store).issue(session, { user: 'ann' }, 600_000);
    if (issued === undefined) throw new Error(`${server} does not list console`);
    return issued;
  }

  function requestWith(candidate: string, path: string): Buffer {
    return verification(path, formOf({ sessionId: 'console', authenticationToken: candidate }));
  }

  function ask(
    candidate: string,
    { path = '/verify/gpu-1', from = '127.0.0.1', by = resolvers[0] } = {},
  ): Promise<RawResponse | undefined> {
    return exchange(by.port, requestWith(candidate, path), { from });
  }

  async function isGood(candidate = token): Promise<boolean> {
    const response = await ask(candidate);
    return response?.status === 200 && response.body.includes('<username>ann</username>');
  }

  /** How many verifications a resolver has measured, and how many of them it answered within a second, by its own clock. */
  async function measured(): Promise<{ all: number; withinASecond: number }> {
    const page = await fetch(`http://127.0.0.1:${resolvers[0].opsPort}/metrics`);
    const lines = (await page.text()).split('\n');
    const sample = (name: string) => {
      const line = lines.find((candidate) => candidate.startsWith(`${name} `));
      return Number(line?.slice(name.length));
    };
    return {
      all: sample('rollcall_verification_duration_seconds_count'),
      withinASecond: sample('rollcall_verification_duration_seconds_bucket{le="1"}'),
    };
  }

  async function expectUnavailable(): Promise<void> {
    const before = await measured();
    const asked = [
      await ask(token),
      await ask(WRONG_TOKEN),
      await ask(token, { path: BROKER_PATH }),
      ...(await Promise.all(Array.from({ length: 10 }, () => ask(token)))),
    ];
    for (const response of asked) {
      expect(response).toMatchObject({
        status: 503,
        headers: { 'content-type': 'text/xml; charset=utf-8', 'retry-after': '1' },
        body: expect.stringMatching(/^<auth result="no"><message>.+<\/message><\/auth>$/),
      });
    }
    const after = await measured();
    expect(after.all - before.all).toBe(asked.length);
    expect(after.withinASecond - before.withinASecond).toBe(asked.length);
  }

  it('says yes at every resolver, whoever has granted the token', async () => {
    for (const by of resolvers) {
      expect(await ask(token, { by })).toMatchObject({
        status: 200,
        body: '<auth result="yes"><username>ann</username></auth>',
      });
    }
  });

  it('knows hosts by the address that they ask from', async () => {
    const second = await aToken('gpu-2');
    for (const [from, good, bad] of [
      ['127.0.0.1', token, second],
      ['127.0.0.2', second, token],
    ] as const) {
      expect((await ask(good, { path: BROKER_PATH, from }))?.body).toContain('result="yes"');
      expect((await ask(bad, { path: BROKER_PATH, from }))?.body).toContain('new link');
    }
    expect((await ask(token, { path: BROKER_PATH, from: '127.0.0.3' }))?.body).toContain(
      '/verify/SERVER_ID',
    );
  });

  it('asks once for a good token, writes nothing, and sends nothing that it could be known by', async () => {
    const before = await dumpOf(redis, ROLL);
    const commands = await sentCommands(redis, async () => expect(await isGood()).toBe(true));
    const sent = commands.filter(({ isRenewal, isInScript }) => !isRenewal && !isInScript);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.keys).toEqual([expect.stringMatching(/^rollcall:\{main\}:/)]);
    expect(await dumpOf(redis, ROLL)).toEqual(before);
    expect(JSON.stringify(commands)).not.toContain(token);
  });

  it('sends nothing for a form that is none', async () => {
    const commands = await sentCommands(redis, async () => {
      for (const body of ['', 'sessionId=console', 'sessionId=a%0Ab&authenticationToken=x']) {
        const response = await exchange(resolvers[0].port, verification('/verify/gpu-1', body));
        expect(response?.body).toContain('must be a form');
      }
      await exchange(resolvers[0].port, requestWith(token, '/verify/-x'));
    });
    expect(commands.filter(({ isRenewal }) => !isRenewal)).toEqual([]);
  });

  it('counts the guesses of a host at all resolvers together, then writes no more, and says yes as ever', async () => {
    const guess = (count: number, from = '127.0.0.4') =>
      ask(WRONG_TOKEN, { from, by: resolvers[count % 2] });
    for (let count = 0; count < GUESSES_MAX; count++) {
      expect((await guess(count))?.body).toContain('new link');
    }
    for (let count = 0; count < 4; count++) {
      expect((await guess(count))?.body).toContain('too many others');
    }
    const before = await dumpOf(redis, ROLL);
    for (let count = 0; count < 20; count++) {
      expect(await guess(count)).toMatchObject({ status: 200 });
    }
    expect(await dumpOf(redis, ROLL)).toEqual(before);
    for (const by of resolvers) {
      expect((await ask(token, { from: '127.0.0.4', by }))?.body).toContain('result="yes"');
    }
    expect((await guess(0, '127.0.0.5'))?.body).toContain('new link');
  });

  it('lets no one in by a thousand guesses, and nobody else wait for them', async () => {
    const connections = await Promise.all(
      Array.from({ length: 20 }, () =>
        RawConnection.open(resolvers[0].port, { from: '127.0.0.6' }),
      ),
    );
    const guesses = connections.map(async (connection, row) => {
      for (let count = 0; count < 50; count++) {
        const candidate = `${row}-${count}-`.padEnd(43, 'g');
        connection.send(requestWith(candidate, '/verify/gpu-1'));
        const response = await connection.next();
        expect(response?.status).toBe(200);
        expect(response?.body).toContain('result="no"');
      }
      connection.destroy();
    });
    expect(await isGood()).toBe(true);
    await Promise.all(guesses);
    expect(await isGood()).toBe(true);
  });

  it('says no once the session was closed, and to its tokens for ever', async () => {
    await report({ server: 'gpu-3', endpoint: { host: '127.0.0.7' } });
    const closed = await aToken('gpu-3');
    const told = async () =>
      (await ask(closed, { path: '/verify/gpu-3', from: '127.0.0.7' }))?.body;
    expect(await told()).toContain('result="yes"');
    await report({ server: 'gpu-3', endpoint: { host: '127.0.0.7' }, sessions: [] });
    expect(await told()).toContain('new link');
    await report({ server: 'gpu-3', endpoint: { host: '127.0.0.7' } });
    expect(await told()).toContain('new link');
  });

  it('answers 503 within a second while Redis hangs, and yes once it goes on', async () => {
    await redis.pause();
    await expectUnavailable();
    await redis.resume();
    await until('the token is good', isGood);
  });

  it('answers 503 within a second while Redis is gone, and yes once it is back', async () => {
    await redis.kill();
    await expectUnavailable();
    await redis.restart();
    await until('the token is good', isGood);
  });

  it('says no, and to open a new link, when Redis came back empty', async () => {
    await redis.restart({ empty: true });
    await until('there is an answer', async () => (await ask(token))?.status === 200);
    expect((await ask(token))?.body).toContain('new link');
    await until('a report is taken', async () => {
      const { kind } = await report({ server: 'gpu-1', endpoint: { host: '127.0.0.1' } });
      return kind === 'applied';
    });
    token = await aToken('gpu-1');
    expect(await isGood()).toBe(true);
  });
});

import type { SessionStore } from '@rollcall/domain';
import { createLogger } from '@rollcall/observability';
import { openSessionStore, type OpenSessionStore } from '@rollcall/session-store';
import { aReport, startTestRedis, type ReportTraits, type TestRedis } from '@rollcall/testing';
import { startResolver, type RunningResolver } from './resolver.application';
import { exchange, type RawResponse } from './testing/raw-exchange';
import { aConfig, health, until, untilReady } from './testing/resolver-under-test';

const TIMING = {
  HEARTBEAT_INTERVAL_MS: '500',
  LEASE_TTL_MS: '20000',
  RETENTION_MS: '200000',
  SWEEP_INTERVAL_MS: '200',
};
const ANSWER_MAX_MS = 300;

describe('a resolver on Redis', () => {
  let redis: TestRedis;
  let agent: OpenSessionStore;
  let store: SessionStore;
  let resolver: RunningResolver;
  let sequence = 0;

  beforeAll(async () => {
    redis = await startTestRedis({ persistence: 'always' });
    const config = aConfig({ ...TIMING, REDIS_URL: redis.url, ENDPOINT_ALLOW: '10.0.0.0/8' });
    agent = openSessionStore({ redis: config.redis, policy: config.timing, role: 'report' });
    store = agent.store;
    await agent.ready(5_000);
    resolver = await startResolver(config, createLogger({ app: 'resolver', level: 'silent' }));
    await untilReady(resolver);
    await report({ server: 'gpu-1' });
  });

  afterAll(async () => {
    await resolver.stop();
    await agent.close();
    await redis.stop();
  });

  function report(traits: ReportTraits) {
    return store.report(aReport({ ...traits, sequence: ++sequence }));
  }

  function ask(query: string): Promise<RawResponse | undefined> {
    return exchange(resolver.port, `POST /resolveSession?${query} HTTP/1.1\r\nhost: x\r\n\r\n`);
  }

  function codeOf(response: RawResponse | undefined): unknown {
    return (JSON.parse(response?.body ?? '{}') as { code?: unknown }).code;
  }

  async function isFound(): Promise<boolean> {
    return (await ask('sessionId=gpu-1~console&transport=HTTP'))?.status === 200;
  }

  /** What the resolver sends to Redis, besides its renewals, while something is done. */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[][]> {
    const client = redis.client();
    const monitor = await client.monitor();
    const commands: string[][] = [];
    let isOver!: () => void;
    const over = new Promise<void>((resolve) => (isOver = resolve));
    monitor.on('monitor', (_time: string, command: string[], source: string) => {
      if (command[1] === 'over') isOver();
      else if (source !== 'lua' && !/^eval/i.test(command[0] ?? '')) commands.push(command);
    });
    await work();
    await client.ping('over');
    await over;
    monitor.disconnect();
    client.disconnect();
    return commands;
  }

  /** The median counts, for this process asks as well as answers. */
  async function expectUnavailable(id: string, times: number): Promise<void> {
    const tookMs: number[] = [];
    for (let count = 0; count < times; count++) {
      const startedAtMs = performance.now();
      const response = await ask(`sessionId=${id}&transport=HTTP`);
      tookMs.push(performance.now() - startedAtMs);
      expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      expect(codeOf(response)).toBe('STORE_UNAVAILABLE');
    }
    expect(tookMs.sort((one, other) => one - other)[Math.floor(times / 2)]).toBeLessThan(
      ANSWER_MAX_MS,
    );
  }

  describe('sends for a lookup', () => {
    it.each(['console', 'gpu-1~console'])('one GET when %s is there', async (id) => {
      const commands = await commandsOf(async () =>
        expect(await ask(`sessionId=${id}&transport=HTTP`)).toMatchObject({ status: 200 }),
      );
      expect(commands).toEqual([['get', expect.stringContaining('{main}')]]);
    });

    it.each(['nobody', 'gpu-9~console'])(
      'one more command, of one slot, when %s is not there',
      async (id) => {
        const commands = await commandsOf(async () =>
          expect(await ask(`sessionId=${id}&transport=HTTP`)).toMatchObject({ status: 404 }),
        );
        expect(commands).toHaveLength(2);
        expect(commands[0]?.[0]).toBe('get');
        for (const key of commands.flatMap(([, ...keys]) => keys)) expect(key).toContain('{main}');
      },
    );

    it('nothing when it is refused', async () => {
      const refused = [
        'sessionId=&transport=HTTP',
        'sessionId=a%00&transport=HTTP',
        'sessionId=a&transport=TCP',
        'sessionId=a&sessionId=b&transport=HTTP',
        'sessionId=%&transport=HTTP',
        '',
      ];
      const commands = await commandsOf(async () => {
        for (const query of refused) expect(await ask(query)).toMatchObject({ status: 400 });
      });
      expect(commands).toEqual([]);
    });
  });

  it('answers 404 for QUIC of a host without QUIC, and 200 for HTTP', async () => {
    await report({ server: 'gpu-2', sessions: ['desk'], endpoint: { quicPort: 0 } });
    const refused = await ask('sessionId=desk&transport=QUIC');
    expect(refused?.status).toBe(404);
    expect(codeOf(refused)).toBe('TRANSPORT_NOT_OFFERED');
    expect((await ask('sessionId=desk&transport=HTTP'))?.status).toBe(200);
  });

  it('answers 404 when the endpoint is not among those allowed', async () => {
    await report({ server: 'gpu-3', sessions: ['abroad'], endpoint: { host: '192.0.2.1' } });
    const refused = await ask('sessionId=gpu-3~abroad&transport=HTTP');
    expect(refused?.status).toBe(404);
    expect(codeOf(refused)).toBe('ENDPOINT_REFUSED');
  });

  it('carries any local id there and back', async () => {
    const ids = ['Büro 東京 💻', 'a~b~c', '100% +&=?#;', '"quotes" \\ \'n\' all', 'x'.repeat(256)];
    await report({ server: 'gpu-4', sessions: ids });
    for (const id of ids) {
      const response = await ask(`sessionId=${encodeURIComponent(`gpu-4~${id}`)}&transport=HTTP`);
      expect(JSON.parse(response?.body ?? '')).toMatchObject({ SessionId: id });
    }
  });

  it('answers 503 within 300 ms while Redis hangs, is not ready but alive, and 200 within a second after', async () => {
    await redis.pause();
    for (const id of ['gpu-1~console', 'console', 'nobody']) {
      await expectUnavailable(id, 5);
    }
    await until(async () => (await health(resolver, 'ready')).status === 503);
    expect((await health(resolver, 'ready')).problems).toEqual([
      'the session store does not answer',
    ]);
    expect((await health(resolver, 'live')).status).toBe(200);
    await redis.resume();
    await until(isFound, 1_000);
  });

  it('answers 503 within 300 ms while Redis is gone, and 200 within a second after it is back', async () => {
    await redis.kill();
    for (const id of ['gpu-1~console', 'console', 'nobody']) {
      await expectUnavailable(id, 20);
    }
    await until(async () => (await health(resolver, 'ready')).status === 503);
    expect((await health(resolver, 'live')).status).toBe(200);
    await redis.restart();
    await until(isFound, 1_000);
    await untilReady(resolver);
  });

  it('answers 503 and no 404 after Redis came back empty, until a host reports again', async () => {
    await redis.restart({ empty: true });
    await until(
      async () => codeOf(await ask('sessionId=gpu-1~console&transport=HTTP')) === 'ROLL_WARMING',
      1_000,
    );
    expect(codeOf(await ask('sessionId=nobody&transport=HTTP'))).toBe('ROLL_WARMING');
    await until(
      async () => (await report({ server: 'gpu-1' }).catch(() => undefined))?.kind === 'applied',
    );
    expect(await isFound()).toBe(true);
    expect(codeOf(await ask('sessionId=console&transport=HTTP'))).toBe('ROLL_WARMING');
    await untilReady(resolver);
    expect(codeOf(await ask('sessionId=nobody&transport=HTTP'))).toBe('SESSION_NOT_FOUND');
    await report({ server: 'gpu-1' });
    expect((await ask('sessionId=console&transport=HTTP'))?.status).toBe(200);
  });
});

import type { SessionStore } from '@rollcall/domain';
import { createLogger } from '@rollcall/observability';
import { openSessionStore, type OpenSessionStore } from '@rollcall/session-store';
import {
  aReport,
  damagedRequest,
  exchange,
  MALFORMED_KINDS,
  malformedRequests,
  SeededRandom,
  startTestRedis,
  until,
  type RawResponse,
  type ReportTraits,
  type TestRedis,
} from '@rollcall/testing';
import { startResolver, type RunningResolver } from './resolver.application';
import {
  aConfig,
  health,
  measuredLookups,
  untilReady,
  untilUnready,
} from './testing/resolver-under-test';
import { dumpOf, sentCommands, type SentCommand } from './testing/sent-commands';

const TIMING = {
  HEARTBEAT_INTERVAL_MS: '500',
  LEASE_TTL_MS: '20000',
  RETENTION_MS: '200000',
  SWEEP_INTERVAL_MS: '200',
};
const ANSWER_MAX_MS = 300;
const SEED = 20_261_121;
const ROLL = 'rollcall:{main}:';
const FOREIGN_KEYS = [
  'foreign',
  'rollcall:{other}:q:gpu-1',
  'rollcall:{main:jobs}:x',
  '{main}',
  '*',
];
const ODD_IDS = [
  'due',
  ':q:gpu-1',
  '}:q:gpu-1',
  '../rollcall',
  '\\x00\\r\\n',
  '"\' ; FLUSHALL',
  '{a}{b',
  '日本 💻',
  '\u2028\ufeff',
  '__proto__',
  'a~b~~c',
  '%00%25',
  'é'.repeat(128),
];

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
    const commands = await sentCommands(redis, work);
    return commands.filter(({ isRenewal }) => !isRenewal).map(({ args }) => args);
  }

  /** Every answer counts by the resolver's own clock, the median by this one: it asks as well as answers. */
  async function expectUnavailable(id: string, times: number): Promise<void> {
    const before = await measuredLookups(resolver);
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
    const after = await measuredLookups(resolver);
    expect(after.all - before.all).toBe(times);
    expect(after.within300Ms - before.within300Ms).toBe(times);
  }

  describe('I6: sends for a lookup', () => {
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

  describe('beside the keys of others', () => {
    let before: Record<string, string>;

    beforeAll(async () => {
      const client = redis.client();
      await client.mset(Object.fromEntries(FOREIGN_KEYS.map((key) => [key, 'of another'])));
      await client.hset('console', 'of', 'another');
      client.disconnect();
    });

    beforeEach(async () => {
      await report({ server: 'gpu-1' });
      before = await dumpOf(redis, ROLL);
      expect(Object.keys(before)).toEqual(expect.arrayContaining([...FOREIGN_KEYS, 'console']));
    });

    afterEach(async () => expect(await dumpOf(redis, ROLL)).toEqual(before));

    function expectOwnKeysOnly(commands: readonly SentCommand[]): void {
      for (const { args, keys } of commands) {
        expect(keys.filter((key) => !key.startsWith(ROLL))).toEqual([]);
        if (/^eval/i.test(args[0] ?? '')) expect(keys).toEqual([`${ROLL}pulse`, `${ROLL}settled`]);
      }
    }

    it('I6: sends nothing for a malformed request, whatever it looks like, and answers no 5xx', async () => {
      const requests = MALFORMED_KINDS.flatMap((kind) => malformedRequests(kind, SEED, 25));
      expect(requests.length).toBeGreaterThanOrEqual(500);
      const commands = await sentCommands(redis, async () => {
        for (const { bytes, unfinished } of requests) {
          const response = await exchange(resolver.port, bytes, { finish: unfinished });
          expect(response?.status).toBeGreaterThanOrEqual(400);
          expect(response?.status).toBeLessThan(500);
        }
      });
      expect(commands.filter(({ isRenewal }) => !isRenewal)).toEqual([]);
      expectOwnKeysOnly(commands);
    });

    it('asks for odd ids, and for damaged requests that stayed good, with keys of its roll alone', async () => {
      const random = new SeededRandom(SEED);
      const statuses = new Set<number | undefined>();
      const commands = await sentCommands(redis, async () => {
        for (const id of [...FOREIGN_KEYS, ...ODD_IDS])
          for (const odd of [id, `gpu-1~${id}`, `gpu-9~${id}`])
            statuses.add(
              (await ask(`sessionId=${encodeURIComponent(odd)}&transport=HTTP`))?.status,
            );
        expect([...statuses]).toEqual([404]);
        for (let count = 0; count < 200; count++) {
          const damaged = damagedRequest(random);
          // Node drops a request that waits for Redis when its client half-closes.
          const finish = !damaged.toString('latin1').endsWith('\r\n\r\n');
          const response = await exchange(resolver.port, damaged, { finish });
          expect(response?.status).toBeLessThan(500);
        }
      });
      const lookups = commands.filter(({ isRenewal }) => !isRenewal);
      expect(new Set(lookups.map(({ args }) => args[0]))).toEqual(new Set(['get', 'mget']));
      for (const { keys } of lookups) expect(keys.length).toBeGreaterThan(0);
      expectOwnKeysOnly(commands);
    });
  });

  it('answers 404 for QUIC of a host without QUIC, and 200 for HTTP', async () => {
    await report({ server: 'gpu-2', sessions: ['desk'], endpoint: { quicPort: 0 } });
    const refused = await ask('sessionId=desk&transport=QUIC');
    expect(refused?.status).toBe(404);
    expect(codeOf(refused)).toBe('TRANSPORT_NOT_OFFERED');
    expect((await ask('sessionId=desk&transport=HTTP'))?.status).toBe(200);
  });

  it('I7: answers 404 when the endpoint is not among those allowed', async () => {
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

  it('I1: answers 503 within 300 ms while Redis hangs, is not ready but alive, and 200 within a second after', async () => {
    await redis.pause();
    for (const id of ['gpu-1~console', 'console', 'nobody']) {
      await expectUnavailable(id, 5);
    }
    await untilUnready(resolver);
    expect((await health(resolver, 'ready')).problems).toEqual([
      'the session store does not answer',
    ]);
    expect((await health(resolver, 'live')).status).toBe(200);
    await redis.resume();
    await until('the session is found', isFound, 1_000);
  });

  it('I1: answers 503 within 300 ms while Redis is gone, and 200 within a second after it is back', async () => {
    await redis.kill();
    for (const id of ['gpu-1~console', 'console', 'nobody']) {
      await expectUnavailable(id, 20);
    }
    await untilUnready(resolver);
    expect((await health(resolver, 'live')).status).toBe(200);
    await redis.restart();
    await until('the session is found', isFound, 1_000);
    await untilReady(resolver);
  });

  it('I5: answers 503 and no 404 after Redis came back empty, until a host reports again', async () => {
    await redis.restart({ empty: true });
    await until(
      'the roll warms up',
      async () => codeOf(await ask('sessionId=gpu-1~console&transport=HTTP')) === 'ROLL_WARMING',
      1_000,
    );
    expect(codeOf(await ask('sessionId=nobody&transport=HTTP'))).toBe('ROLL_WARMING');
    await until(
      'a report is taken',
      async () => (await report({ server: 'gpu-1' })).kind === 'applied',
    );
    expect(await isFound()).toBe(true);
    expect(codeOf(await ask('sessionId=console&transport=HTTP'))).toBe('ROLL_WARMING');
    await untilReady(resolver);
    expect(codeOf(await ask('sessionId=nobody&transport=HTTP'))).toBe('SESSION_NOT_FOUND');
    await report({ server: 'gpu-1' });
    expect((await ask('sessionId=console&transport=HTTP'))?.status).toBe(200);
  });
});

import {
  DEFAULT_BELIEF,
  type HoldCause,
  type ServerRecord,
  type StaleCause,
} from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore, serverId } from '@rollcall/testing';
import { injectedResolver, type InjectedResolver } from '../testing/injected-resolver';
import { settle } from '../testing/resolver-under-test';

const GPU_1 = serverId('gpu-1');
const STALE_HEADER = 'x-rollcall-stale';

/** Both doors ask for one session: a gateway by its bare id, a proxy by its qualified one. */
const QUESTIONS = {
  gateway: { method: 'POST', url: '/resolveSession?sessionId=console&transport=QUIC' },
  proxy: { method: 'GET', url: '/route/gpu-1~console' },
} as const;

describe('a stale answer', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let resolver: InjectedResolver;
  let sequence: number;

  beforeEach(async () => {
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    resolver = await injectedResolver(store);
    sequence = 0;
    await settle(store, clock);
    await report();
  });

  afterEach(() => resolver.close());

  async function report(): Promise<void> {
    await store.report(aReport({ sequence: ++sequence, endpoint: { webUrlPath: '/dcv' } }));
  }

  /** Lets time pass on a roll that somebody renews, so that it stays settled. */
  async function pass(durationMs: number): Promise<void> {
    const { renewEveryMs } = store.policy;
    for (let passed = 0; passed < durationMs; passed += renewEveryMs) {
      clock.advance(Math.min(renewEveryMs, durationMs - passed));
      await store.renew();
    }
  }

  /** The same on a roll that nobody renews. */
  function passUnwritten(durationMs: number): void {
    clock.advance(durationMs);
  }

  async function hold(cause: HoldCause): Promise<ServerRecord> {
    const [record] = await store.records([GPU_1]);
    if (!record) throw new Error('gpu-1 is not on the roll');
    const vouch = {
      cause,
      by: 'reconciler-1',
      verdictTtlMs: 15_000,
      holdMaxMs: DEFAULT_BELIEF.holdMaxMs,
    };
    expect(await store.hold(record, vouch)).toMatchObject({ kind: 'held' });
    return record;
  }

  async function ask(door: keyof typeof QUESTIONS) {
    const { statusCode, headers, body } = await resolver.app.inject(QUESTIONS[door]);
    const { [STALE_HEADER]: stale, ...rest } = headers;
    return { status: statusCode, stale, headers: { ...rest, date: undefined }, body };
  }

  const outcomes = async (...names: string[]) => Promise.all(names.map((n) => resolver.counted(n)));

  const causes: Record<StaleCause, () => Promise<unknown>> = {
    held: async () => {
      await pass(store.policy.lateAfterMs);
      return hold('probe');
    },
    protected: async () => {
      await pass(store.policy.lateAfterMs);
      return hold('protection');
    },
    unsettled: async () => passUnwritten(store.policy.leaseTtlMs + 1),
  };

  describe.each(Object.entries(causes))('that is %s', (cause, becomeStale) => {
    it.each(['gateway', 'proxy'] as const)(
      'is for a %s the live answer byte for byte, but for the header with its cause',
      async (door) => {
        const live = await ask(door);
        expect(live).toMatchObject({ status: 200, stale: undefined });
        await becomeStale();

        const stale = await ask(door);

        expect(stale).toEqual({ ...live, stale: cause });
        expect(await outcomes('live', `stale_${cause}`)).toEqual([1, 1]);
      },
    );

    it('is live again with the next report', async () => {
      await becomeStale();
      await report();

      expect(await ask('proxy')).toMatchObject({ status: 200, stale: undefined });
      expect(await outcomes('live', `stale_${cause}`)).toEqual([1, 0]);
    });

    it('is counted for itself alone', async () => {
      await becomeStale();
      await ask('gateway');
      await ask('proxy');

      const others = Object.keys(causes).filter((other) => other !== cause);
      expect(await outcomes(`stale_${cause}`, 'live')).toEqual([2, 0]);
      expect(await outcomes(...others.map((other) => `stale_${other}`))).toEqual([0, 0]);
    });
  });

  it.each(['probe', 'protection'] as const)(
    'on a hold by %s lasts one lease beyond the last word for it, then is a 404',
    async (cause) => {
      await pass(store.policy.lateAfterMs);
      await hold(cause);
      await pass(store.policy.leaseTtlMs - 1);
      expect((await ask('proxy')).status).toBe(200);

      await pass(1);

      expect((await ask('proxy')).status).toBe(404);
      expect((await ask('gateway')).status).toBe(404);
      expect(await outcomes('not_found_lapsed')).toEqual([2]);
    },
  );

  it('on a hold is a 404 as soon as its server is released', async () => {
    await pass(store.policy.lateAfterMs);
    await hold('probe');
    await pass(store.policy.leaseTtlMs - store.policy.lateAfterMs);
    const [held] = await store.records([GPU_1]);
    if (!held) throw new Error('gpu-1 is not on the roll');

    expect(
      await store.release(held, { reason: 'dead', by: 'reconciler-1', confirmed: false }),
    ).toMatchObject({ kind: 'evicted' });

    expect((await ask('proxy')).status).toBe(404);
    expect((await ask('gateway')).status).toBe(404);
  });

  it('of a held server can be no longer than the longest hold', async () => {
    const { holdMaxMs } = DEFAULT_BELIEF;
    await pass(store.policy.lateAfterMs);
    for (let silentMs = store.policy.lateAfterMs; silentMs + 10_000 < holdMaxMs;) {
      await hold('probe');
      await pass(10_000);
      silentMs += 10_000;
    }
    expect((await ask('proxy')).stale).toBe('held');
    await pass(10_000);
    const [record] = await store.records([GPU_1]);

    const vouch = { cause: 'probe', by: 'reconciler-1', verdictTtlMs: 15_000, holdMaxMs } as const;
    expect(record && (await store.hold(record, vouch))).toEqual({ kind: 'expired' });

    await pass(store.policy.leaseTtlMs);
    expect((await ask('proxy')).status).toBe(404);
  });

  it('of an unsettled roll is a 404 once the roll has settled without its server', async () => {
    passUnwritten(store.policy.leaseTtlMs + 1);
    expect((await ask('proxy')).stale).toBe('unsettled');

    await settle(store, clock);

    expect((await ask('proxy')).status).toBe(404);
  });

  it('of a roll that never settles is a 503 once nothing is remembered', async () => {
    passUnwritten(store.policy.retentionMs - 1);
    expect((await ask('proxy')).stale).toBe('unsettled');

    passUnwritten(1);

    expect((await ask('proxy')).status).toBe(503);
    expect(await outcomes('stale_unsettled', 'warming')).toEqual([1, 1]);
  });

  it('is not made of an endpoint that is not allowed here, nor of a transport that is not offered', async () => {
    const strict = await injectedResolver(store, { ENDPOINT_ALLOW: '192.168.0.0/16' });
    await pass(store.policy.lateAfterMs);
    await hold('protection');

    const { statusCode, headers } = await strict.app.inject(QUESTIONS.gateway);
    await strict.close();

    expect(statusCode).toBe(404);
    expect(headers).not.toHaveProperty(STALE_HEADER);
  });
});

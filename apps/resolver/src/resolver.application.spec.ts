import {
  aReport,
  exchange,
  FakeClock,
  InMemorySessionStore,
  RawConnection,
  until,
} from '@rollcall/testing';
import { ShortCut } from './http/short-cut';
import type { RunningResolver } from './resolver.application';
import {
  aFreePort,
  health,
  settle,
  startOn,
  untilReady,
  untilUnready,
} from './testing/resolver-under-test';

const LOOKUP =
  'POST /resolveSession?sessionId=gpu-1~console&transport=HTTP HTTP/1.1\r\nhost: x\r\n\r\n';
const PENDING_MAX = 2_000;

describe('a running resolver', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let lookup: jest.SpyInstance;
  let resolver: RunningResolver;

  beforeEach(async () => {
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    lookup = jest.spyOn(store, 'lookup');
    await settle(store, clock);
    await store.report(aReport());
    resolver = await startOn(store);
  });

  afterEach(() => {
    jest.useRealTimers();
    return resolver.stop();
  });

  /** From now on time-outs come when the test says so; sockets work as ever. */
  function holdTimeouts(): void {
    jest.useFakeTimers({
      doNotFake: [
        'Date',
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
      ],
    });
  }

  /** A store, and how many renewals it gets in the next ten seconds of held time-outs. */
  function countingRenewals() {
    const ofItsOwn = new InMemorySessionStore({ clock });
    const renew = jest.spyOn(ofItsOwn, 'renew');
    const renewals = async () => {
      renew.mockClear();
      await jest.advanceTimersByTimeAsync(10_000);
      return renew.mock.calls.length;
    };
    return { ofItsOwn, renewals };
  }

  async function metric(line: RegExp): Promise<string | undefined> {
    const text = await (await fetch(`http://127.0.0.1:${resolver.opsPort}/metrics`)).text();
    return text.split('\n').find((candidate) => line.test(candidate));
  }

  it('becomes ready when the roll is settled and its own renewals get through', async () => {
    await untilReady(resolver);
    expect(await metric(/^rollcall_roll_settled /)).toBe('rollcall_roll_settled 1');
  });

  it('says on its readiness page why it is not ready, and stays alive', async () => {
    await untilReady(resolver);
    store.goDown('unreachable');
    await untilUnready(resolver);
    expect((await health(resolver, 'ready')).problems).toEqual([
      'the session store does not answer',
    ]);
    expect((await health(resolver, 'live')).status).toBe(200);
    expect(await metric(/^rollcall_roll_settled /)).toBe('rollcall_roll_settled 0');
  });

  it('is not ready while the roll is not settled', async () => {
    store.clear();
    await until('it says that the roll is not settled', async () =>
      (await health(resolver, 'ready')).problems[0]?.includes('not settled'),
    );
  });

  it('shows every outcome from the start, and what it measured', async () => {
    expect(await metric(/outcome="stale_held"/)).toBe(
      'rollcall_lookups_total{outcome="stale_held"} 0',
    );
    await exchange(resolver.port, LOOKUP);
    expect(await metric(/outcome="live"/)).toBe('rollcall_lookups_total{outcome="live"} 1');
    expect(await metric(/lookup_duration_seconds_count/)).toBe(
      'rollcall_lookup_duration_seconds_count 1',
    );
    expect(await metric(/^rollcall_lookups_in_flight /)).toBe('rollcall_lookups_in_flight 0');
    expect(await metric(/^rollcall_redis_up /)).toBe('rollcall_redis_up 0');
  });

  it.each([
    ['that is found', 'sessionId=gpu-1~console&transport=HTTP'],
    ['of nobody', 'sessionId=gpu-1~nobody&transport=HTTP'],
    ['that is refused', 'sessionId=gpu-1~console&transport=TELEGRAPH'],
    ['that nobody could report', 'sessionId=~console&transport=QUIC'],
  ])('gives a lookup %s one answer, whichever way it comes in', async (_case, query) => {
    await untilReady(resolver);
    const head = `POST /resolveSession?${query} HTTP/1.1\r\nhost: x\r\n`;
    const shortCut = jest.spyOn(ShortCut.prototype, 'answer');
    const throughTheFramework = await exchange(resolver.port, `${head}content-length: 2\r\n\r\n{}`);
    expect(shortCut).not.toHaveBeenCalled();
    const past = await exchange(resolver.port, `${head}\r\n`);
    expect(shortCut).toHaveBeenCalledTimes(1);
    shortCut.mockRestore();
    expect(past?.status).toBeLessThan(500);
    const undated = { headers: { ...past?.headers, date: expect.any(String) as string } };
    expect(throughTheFramework).toEqual({ ...past, ...undated });
  });

  describe('whose store is silent', () => {
    const release: (() => void)[] = [];

    beforeEach(() => {
      release.length = 0;
      lookup.mockImplementation(
        () => new Promise((resolve) => release.push(() => resolve({ kind: 'not-listed' }))),
      );
    });

    afterEach(() => release.forEach((answer) => answer()));

    it('answers 503 without waiting for it', async () => {
      expect(await exchange(resolver.port, LOOKUP)).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
      });
    });

    it('asks no more when too many lookups wait already, and refuses at once', async () => {
      const crowd = await RawConnection.open(resolver.port);
      const late = await RawConnection.open(resolver.port);
      const connections = await Promise.all(
        Array.from({ length: 200 }, () => RawConnection.open(resolver.port)),
      );
      for (const connection of connections) connection.send(LOOKUP.repeat(PENDING_MAX / 200 + 1));
      await until('all lookups are under way', () => lookup.mock.calls.length >= PENDING_MAX);
      late.send(LOOKUP);
      expect(await late.next()).toMatchObject({ status: 503 });
      expect(lookup).toHaveBeenCalledTimes(PENDING_MAX);
      for (const connection of [...connections, crowd, late]) connection.destroy();
    });
  });

  describe('when it is stopped', () => {
    it('is not ready at once, stays alive, and answers what is under way', async () => {
      await untilReady(resolver);
      let answer!: () => void;
      lookup.mockImplementation(
        () => new Promise((resolve) => (answer = () => resolve({ kind: 'not-listed' }))),
      );
      const connection = await RawConnection.open(resolver.port);
      connection.send(LOOKUP);
      await until('the lookup is under way', () => lookup.mock.calls.length === 1);
      const stopped = resolver.stop();
      expect(await health(resolver, 'ready')).toMatchObject({
        status: 503,
        problems: ['the resolver is stopping'],
      });
      expect((await health(resolver, 'live')).status).toBe(200);
      answer();
      expect(await connection.next()).toMatchObject({ status: 404 });
      connection.destroy();
      await stopped;
      await expect(exchange(resolver.port, LOOKUP)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    it('sends no more renewals', async () => {
      const { ofItsOwn, renewals } = countingRenewals();
      holdTimeouts();
      const stopping = await startOn(ofItsOwn);
      expect(await renewals()).toBeGreaterThan(1);
      await stopping.stop();
      expect(await renewals()).toBe(0);
    });
  });

  it('names the setting when its port is taken, and leaves nothing behind', async () => {
    const { ofItsOwn, renewals } = countingRenewals();
    const opsPort = await aFreePort();
    const config = { RESOLVER_PORT: String(resolver.port), METRICS_PORT: String(opsPort) };
    holdTimeouts();
    await expect(startOn(ofItsOwn, config)).rejects.toThrow(/^RESOLVER_PORT: /);
    expect(await renewals()).toBe(0);
    await expect(exchange(opsPort, '')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

import { beliefPolicy, DEFAULT_BELIEF, DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { anEndpoint } from '@rollcall/testing';
import { EndpointProber } from './endpoint.prober';
import { ProbePool, type DueProbe } from './probe-pool';

describe('the pool of probes', () => {
  let ends: Map<string, () => void>;
  let begun: string[];
  let pool: ProbePool;

  beforeEach(() => {
    ends = new Map();
    begun = [];
    pool = new ProbePool(2);
  });

  const due = (...keys: string[]): DueProbe[] =>
    keys.map((key) => ({
      key,
      run: () => {
        begun.push(key);
        return new Promise((resolve) => ends.set(key, resolve));
      },
    }));

  async function end(key: string): Promise<void> {
    ends.get(key)?.();
    await new Promise(setImmediate);
  }

  it('begins the most urgent, as many as it has room for, and the next when there is room', async () => {
    pool.replace(due('a', 'b', 'c', 'd'));
    expect([begun, pool.running, pool.waiting]).toEqual([['a', 'b'], 2, 2]);
    await end('b');
    expect([begun, pool.running, pool.waiting]).toEqual([['a', 'b', 'c'], 2, 1]);
  });

  it('forgets what was due and is not any more, and begins nothing twice', async () => {
    pool.replace(due('a', 'b', 'c'));
    pool.replace(due('a', 'd', 'b', 'e'));
    expect([begun, pool.waiting]).toEqual([['a', 'b'], 2]);
    await end('a');
    await end('b');
    expect(begun).toEqual(['a', 'b', 'd', 'e']);
  });

  it('waits for those under way when it is stopped, and begins no more', async () => {
    pool.replace(due('a', 'b', 'c'));
    let stopped = false;
    const stopping = pool.stop().then(() => (stopped = true));
    await end('a');
    expect([stopped, begun]).toEqual([false, ['a', 'b']]);
    await end('b');
    await stopping;
    pool.replace(due('d'));
    expect(begun).toEqual(['a', 'b']);
  });
});

/** Virtual seconds with thousands of probes take real ones. */
jest.setTimeout(60_000);

describe('2,900 of 10,000 servers whose probes time out', () => {
  const policy = { ...leasePolicy(DEFAULT_TIMINGS), ...beliefPolicy(DEFAULT_BELIEF) };
  const { intervalMs, lateAfterMs, leaseTtlMs, sweepIntervalMs, probeTimeoutMs } = policy;
  const COUNT = 2_900;
  const TICK_MS = 50;

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are judged before their leases lapse, in virtual time', async () => {
    const now = () => performance.now();
    const prober = new EndpointProber({
      addresses: { of: async (host) => ({ kind: 'addresses', addresses: [host] }) },
      connect: (_address, _port, timeoutMs) =>
        new Promise((resolve) => setTimeout(resolve, timeoutMs, 'silent')),
      policy: { refusal: () => undefined, addressRefusal: () => undefined },
      timeoutMs: probeTimeoutMs,
      now,
    });
    const pool = new ProbePool(policy.probeConcurrency);
    const cutAtMs = now();
    // Reports are spread over the interval: so are the last ones before a cut, here with a turn of bad luck on top.
    const servers = Array.from({ length: COUNT }, (_, index) => {
      const reportedAtMs = cutAtMs - intervalMs * (1 - index / COUNT);
      return { index, lateAtMs: reportedAtMs + lateAfterMs, lapsesAtMs: reportedAtMs + leaseTtlMs };
    });
    const sparesMs = new Map<number, number>();
    const asked = new Set<number>();
    let mostRunning = 0;
    for (let passedMs = 0; sparesMs.size < COUNT; passedMs += TICK_MS) {
      if (passedMs % sweepIntervalMs === 0) {
        const due = servers.filter(({ index, lateAtMs }) => lateAtMs <= now() && !asked.has(index));
        pool.replace(
          due.map(({ index, lapsesAtMs }) => ({
            key: String(index),
            run: async () => {
              asked.add(index);
              expect(await prober.probe(anEndpoint())).toBe('silent');
              sparesMs.set(index, lapsesAtMs - now());
            },
          })),
        );
      }
      mostRunning = Math.max(mostRunning, pool.running);
      await jest.advanceTimersByTimeAsync(TICK_MS);
    }
    expect(mostRunning).toBe(policy.probeConcurrency);
    expect(Math.min(...sparesMs.values())).toBeGreaterThan(2_000);
  });
});

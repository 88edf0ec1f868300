import { Logger } from '@nestjs/common';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { RollRenewalService } from './roll-renewal.service';

const policy = leasePolicy(DEFAULT_TIMINGS);

describe('the renewal of the roll', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let renew: jest.SpyInstance;
  let roll: RollRenewalService;

  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock, policy });
    renew = jest.spyOn(store, 'renew');
    roll = new RollRenewalService(
      store,
      policy,
      () => clock.now(),
      () => 0,
    );
    roll.onApplicationBootstrap();
  });

  afterEach(() => {
    roll.onModuleDestroy();
    jest.useRealTimers();
  });

  async function pass(ms: number, stepMs = 10): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(stepMs);
      await jest.advanceTimersByTimeAsync(stepMs);
    }
  }

  it('trusts nothing before the first renewal', () => {
    expect(roll.trust()).toEqual({ renewing: false, settled: false });
    expect(roll.problem()).toBe('the session store has not answered yet');
  });

  it('settles an empty roll by itself', async () => {
    await pass(1_000);
    expect(roll.trust()).toEqual({ renewing: true, settled: false });
    expect(roll.problem()).toContain('not settled');
    await pass(policy.settleAfterMs + policy.renewEveryMs);
    expect(roll.trust()).toEqual({ renewing: true, settled: true });
    expect(roll.problem()).toBeUndefined();
  });

  it('keeps the period of the policy', async () => {
    await pass(50);
    expect(renew).toHaveBeenCalledTimes(1);
    await pass(4 * policy.renewEveryMs);
    expect(renew).toHaveBeenCalledTimes(5);
  });

  it('comes early at random, never late', async () => {
    roll.onModuleDestroy();
    renew.mockClear();
    roll = new RollRenewalService(
      store,
      policy,
      () => clock.now(),
      () => 0.999,
    );
    roll.onApplicationBootstrap();
    await pass(50 + 4 * policy.renewEveryMs);
    expect(renew).toHaveBeenCalledTimes(6);
  });

  it('I6: sends at most ten renewals a second, however short the leases are', async () => {
    roll.onModuleDestroy();
    renew.mockClear();
    const hasty = leasePolicy({
      intervalMs: 50,
      leaseTtlMs: 200,
      retentionMs: 30_000,
      sweepIntervalMs: 50,
    });
    roll = new RollRenewalService(
      store,
      hasty,
      () => clock.now(),
      () => 0.5,
    );
    roll.onApplicationBootstrap();
    await pass(1_000);
    expect(renew.mock.calls.length).toBeLessThanOrEqual(10);
  });

  it('trusts nothing once a renewal failed, and says why', async () => {
    await pass(policy.settleAfterMs + 2 * policy.renewEveryMs);
    store.goDown('refused');
    await pass(policy.renewEveryMs);
    expect(roll.trust().renewing).toBe(false);
    expect(roll.problem()).toBe('the session store refuses writes');
  });

  it('notices within half a second that the store is back', async () => {
    store.goDown('unreachable');
    await pass(3_000);
    expect(roll.problem()).toBe('the session store does not answer');
    store.comeBack();
    await pass(500);
    expect(roll.trust().renewing).toBe(true);
  });

  it('trusts nothing once the connection is lost, before any renewal fails', async () => {
    await pass(policy.settleAfterMs + 2 * policy.renewEveryMs);
    roll.connectionChanged(false);
    expect(roll.trust().renewing).toBe(false);
    expect(roll.problem()).toBe('the session store does not answer');
  });

  it('I6: renews at once on a new connection, but never ten times a second on one that flaps', async () => {
    await pass(500);
    renew.mockClear();
    roll.connectionChanged(true);
    await pass(10);
    expect(renew).toHaveBeenCalledTimes(1);
    for (let count = 0; count < 100; count++) {
      roll.connectionChanged(count % 2 === 0);
      await pass(10);
    }
    expect(renew.mock.calls.length).toBeLessThanOrEqual(11);
  });

  it('does not start a renewal while one is under way, and trusts nothing that is older than the gap', async () => {
    await pass(policy.settleAfterMs + 2 * policy.renewEveryMs);
    let answer!: (result: { settled: boolean }) => void;
    renew.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    await pass(policy.renewEveryMs);
    const calls = renew.mock.calls.length;
    await pass(policy.gapMs);
    expect(renew).toHaveBeenCalledTimes(calls);
    expect(roll.trust().renewing).toBe(false);
    expect(roll.problem()).toMatch(/last renewed \d+ ms ago/);
    answer({ settled: true });
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(jest.getTimerCount()).toBe(1);
    expect(roll.trust().renewing).toBe(false);
    await pass(10);
    expect(roll.trust().renewing).toBe(true);
  });

  it('goes on after a fault that is not the store’s', async () => {
    renew.mockRejectedValueOnce(new TypeError('a bug'));
    await pass(50);
    expect(roll.problem()).toBe('a bug');
    await pass(500);
    expect(roll.trust().renewing).toBe(true);
  });

  it('ends with the application', async () => {
    roll.onModuleDestroy();
    await pass(5_000);
    expect(renew).not.toHaveBeenCalled();
  });

  it('tells each change once', async () => {
    const lines = ['log', 'warn'].map((level) =>
      jest.spyOn(Logger.prototype, level as 'log').mockImplementation(() => undefined),
    );
    const told = () =>
      lines.flatMap((line) => line.mock.calls.splice(0).map(([message]) => String(message)));
    await pass(policy.settleAfterMs + 2 * policy.renewEveryMs);
    expect(told()).toEqual([
      expect.stringContaining('not settled'),
      expect.stringContaining('Ready'),
    ]);
    store.goDown('unreachable');
    await pass(5_000);
    expect(told()).toEqual(['Not ready: the session store does not answer.']);
  });
});

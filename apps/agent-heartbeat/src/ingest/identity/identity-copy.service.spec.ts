import type { IdentityDigest, ServerId } from '@rollcall/domain';
import { FakeClock, InMemoryIdentityStore } from '@rollcall/testing';
import { pass } from '../../testing/jest-time';
import { RecordedLog } from '../../testing/recorded-log';
import { IdentityCopy } from './identity-copy.service';

const [GPU_1, GPU_2] = ['gpu-1', 'gpu-2'] as ServerId[] as [ServerId, ServerId];
const digest = (name: string) => name as IdentityDigest;

describe('the copy of the identities', () => {
  let log: RecordedLog;
  let storeClock: FakeClock;
  let store: InMemoryIdentityStore;
  let restored: number;
  let copies: IdentityCopy[];

  beforeEach(() => {
    jest.useFakeTimers();
    log = RecordedLog.install();
    storeClock = new FakeClock();
    store = new InMemoryIdentityStore(storeClock);
    restored = 0;
    copies = [];
  });

  afterEach(() => {
    for (const copy of copies) copy.onModuleDestroy();
    jest.useRealTimers();
  });

  function aCopy(): IdentityCopy {
    const metrics = { identitiesRestored: (count: number) => (restored += count) };
    const clocks = { now: () => performance.now(), unixNow: () => storeClock.now() };
    const copy = new IdentityCopy(store, metrics, clocks);
    copies.push(copy);
    return copy;
  }

  async function started(): Promise<IdentityCopy> {
    const copy = aCopy();
    copy.onApplicationBootstrap();
    await pass(0);
    return copy;
  }

  const knows = (copy: IdentityCopy, server = GPU_1) =>
    copy
      .current()
      ?.get(server)
      ?.tokens.map((token) => token.digest);

  it('is there at once, and two seconds behind the store at most', async () => {
    await store.issue(GPU_1, digest('a'));
    const copy = await started();
    expect(knows(copy)).toEqual(['a']);

    await store.revoke(GPU_1, 'everything');
    await pass(2_000);
    expect(copy.current()?.get(GPU_1)).toMatchObject({ revoked: true, tokens: [] });
  });

  it('is not believed before the first reading, nor ten seconds after the last', async () => {
    store.goDown();
    const copy = await started();
    expect(copy.current()).toBeUndefined();
    expect(copy.problem()).toBe('the identities have not been read yet');

    store.comeBack();
    await pass(500);
    expect(copy.current()).toBeDefined();
    expect(copy.problem()).toBeUndefined();

    store.goDown();
    await pass(9_000);
    expect(copy.current()).toBeDefined();
    await pass(1_000);
    expect(copy.current()).toBeUndefined();
    expect(copy.problem()).toMatch(/were last read \d+ ms ago/);
    expect(copy.livenessProblem()).toBeUndefined();
  });

  it('tells of an outage once, and of its end', async () => {
    await started();
    store.goDown();
    await pass(60_000);
    store.comeBack();
    await pass(60_000);
    expect(log.texts('log', 'warn', 'error')).toEqual([
      expect.stringContaining('cannot be read'),
      expect.stringContaining('can be read again'),
    ]);
  });

  it('gives an emptied store everything back, so that nobody is locked out', async () => {
    await store.issue(GPU_1, digest('a'));
    await store.revoke(GPU_2, 'everything');
    const copy = await started();
    const before = (await store.read())?.identities;
    store.clear();

    await pass(2_000);

    expect(knows(copy)).toEqual(['a']);
    expect((await store.read())?.identities).toEqual(before);
    expect(restored).toBe(2);
    await pass(10_000);
    expect(restored).toBe(2);
  });

  it('gives it back also when somebody was quicker to issue a token', async () => {
    await store.issue(GPU_1, digest('a'));
    await store.issue(GPU_2, digest('b'));
    const copy = await started();
    store.clear();
    storeClock.advance(1);
    await store.issue(GPU_1, digest('c'));

    await pass(2_000);

    expect(knows(copy)).toEqual(['c']);
    expect(knows(copy, GPU_2)).toEqual(['b']);
  });

  it('of one process does not bring back what another saw revoked', async () => {
    await store.issue(GPU_1, digest('a'));
    const asleep = await started();
    asleep.onModuleDestroy();
    storeClock.advance(1);
    await store.revoke(GPU_1, 'everything');
    const awake = await started();
    store.clear();

    await asleep.refresh();
    await pass(2_000);

    expect(awake.current()?.get(GPU_1)).toMatchObject({ revoked: true });
    await asleep.refresh();
    expect(asleep.current()?.get(GPU_1)).toMatchObject({ revoked: true });
  });

  it('of a failover that lost the last writes still knows what was revoked', async () => {
    await store.issue(GPU_1, digest('a'));
    const earlier = (await store.read())?.identities;
    storeClock.advance(1);
    await store.revoke(GPU_1, 'everything');
    const copy = await started();
    store.clear(earlier);

    await pass(2_000);

    expect(copy.current()?.get(GPU_1)).toMatchObject({ revoked: true });
    expect((await store.read())?.identities.get(GPU_1)).toMatchObject({ revoked: true });
  });

  it('tries again when the store takes nothing back', async () => {
    await store.issue(GPU_1, digest('a'));
    const copy = await started();
    store.clear();
    const restore = jest.spyOn(store, 'restore').mockRejectedValueOnce(new Error('no'));

    await pass(2_000);
    expect(knows(copy)).toEqual(['a']);
    await pass(2_000);

    expect(restore).toHaveBeenCalledTimes(2);
    expect((await store.read())?.identities.get(GPU_1)).toBeDefined();
  });

  it('is dead when its loop does not turn any more', async () => {
    const copy = await started();
    copy.onModuleDestroy();
    await pass(31_000);
    expect(copy.livenessProblem()).toBeUndefined();
    await pass(1_001);
    expect(copy.livenessProblem()).toBe('the identities are not read any more');
  });
});

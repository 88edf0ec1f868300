import {
  leasePolicy,
  DEFAULT_TIMINGS,
  type ServerRecord,
  type StoreFailure,
  type TokenDigest,
  type Vouch,
} from '@rollcall/domain';
import { localId, publicId, serverId } from '../builders/ids';
import { aReport, reopened } from '../builders/reports';
import { FakeClock } from '../clock/fake-clock';
import { InMemorySessionStore } from './in-memory-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const GPU_1 = serverId('gpu-1');
const CONSOLE = { server: GPU_1, session: localId('console') };
const DIGEST = 'a digest' as TokenDigest;
const LONG_MS = 3_600_000;
const RECORD: ServerRecord = {
  ...aReport(),
  sessions: [CONSOLE.session],
  reportedAtMs: 0,
  leaseEndsAtMs: 0,
};
const VOUCH: Vouch = { cause: 'probe', by: 'a', verdictTtlMs: 1, holdMaxMs: LONG_MS };

function failure(failure: StoreFailure) {
  return expect.objectContaining({ code: 'STORE_UNAVAILABLE', failure });
}

describe('an in-memory store that goes down', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;

  beforeEach(async () => {
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock, policy: POLICY });
    await store.report(aReport());
  });

  const lookUp = () => store.lookup(publicId('gpu-1~console'));
  const reads = {
    lookup: lookUp,
    ping: () => store.ping(),
    findLapsed: () => store.findLapsed(1),
    servers: () => store.servers(0, 1),
    sinceLastSweepMs: () => store.sinceLastSweepMs(),
    findGrant: () => store.findGrant(CONSOLE, DIGEST),
    findClaimants: () => store.findClaimants(CONSOLE.session),
    survey: () => store.survey(1),
    records: () => store.records([GPU_1]),
  };
  const writes = {
    report: () => store.report(aReport({ sequence: 2 })),
    withdraw: () => store.withdraw(GPU_1, { boot: 1, sequence: 2 }),
    renew: () => store.renew(),
    evict: () => store.evict({ server: GPU_1, fence: { boot: 1, sequence: 1 }, sessions: [] }),
    evictNow: () => store.evictNow(GPU_1),
    sweepFinished: () => store.sweepFinished(),
    grantToken: () => store.grantToken(CONSOLE, DIGEST, { user: 'alice' }, LONG_MS),
    revokeTokens: () => store.revokeTokens(CONSOLE),
    countGuess: () => store.countGuess('10.0.0.1'),
    hold: () => store.hold(RECORD, VOUCH),
    release: () => store.release(RECORD, { reason: 'dead', by: 'a', confirmed: true }),
    changeProtection: () => store.changeProtection('', 0, { to: 'off' }),
  };

  it.each(Object.entries({ ...reads, ...writes }))('unreachable: %s fails', async (_, call) => {
    store.goDown('unreachable');
    await expect(call()).rejects.toEqual(failure('unreachable'));
  });

  it.each(Object.entries(reads))('refusing writes: %s works', async (_, call) => {
    store.goDown('refused');
    expect(await Promise.allSettled([call()])).toMatchObject([{ status: 'fulfilled' }]);
  });

  it.each(Object.entries(writes))('refusing writes: %s fails', async (_, call) => {
    store.goDown('refused');
    await expect(call()).rejects.toEqual(failure('refused'));
  });

  it('full: takes what only renews, and nothing new', async () => {
    store.goDown('full');

    expect(await store.report(aReport({ sequence: 2 }))).toEqual({ kind: 'applied' });
    const news = [
      aReport({ server: 'gpu-2' }),
      aReport({ sequence: 3, sessions: ['console', 'new'] }),
      aReport({ sequence: 3, endpoint: { httpPort: 9443 } }),
      aReport({ boot: 2 }),
      aReport({ sequence: 3, sessions: reopened('console') }),
    ];
    for (const report of news) await expect(store.report(report)).rejects.toEqual(failure('full'));
    await expect(store.renew()).resolves.toEqual({ settled: false });
    expect(await lookUp()).toMatchObject({ kind: 'answer' });
  });

  it('full: goes on renewing what was reopened before', async () => {
    await store.report(aReport({ sequence: 2, sessions: reopened('console') }));
    store.goDown('full');

    expect(await store.report(aReport({ sequence: 3 }))).toEqual({ kind: 'applied' });
  });

  it('full: finds and revokes tokens, takes no new one, and counts no guess', async () => {
    await store.grantToken(CONSOLE, DIGEST, { user: 'alice' }, LONG_MS);
    store.goDown('full');

    expect(await store.findGrant(CONSOLE, DIGEST)).toEqual({ user: 'alice' });
    await expect(writes.grantToken()).rejects.toEqual(failure('full'));
    await expect(writes.countGuess()).rejects.toEqual(failure('full'));
    expect(await store.revokeTokens(CONSOLE)).toBe(1);
  });

  it('full: voids the tokens of what is closed or reopened, and of nothing that is kept', async () => {
    const [kept, closed, anew] = ['kept', 'closed', 'anew'] as const;
    const name = (session: string) => ({ server: GPU_1, session: localId(session) });
    await store.report(aReport({ sequence: 2, sessions: [kept, closed, anew] }));
    for (const session of [kept, closed, anew])
      await store.grantToken(name(session), DIGEST, { user: 'alice' }, LONG_MS);
    store.goDown('full');
    const late = aReport({ sequence: 2, sessions: [] });
    await expect(store.report(late)).rejects.toEqual(failure('full'));
    const report = aReport({ sequence: 3, sessions: reopened(anew, kept) });
    await expect(store.report({ ...report })).rejects.toEqual(failure('full'));

    expect(await store.findGrant(name(kept), DIGEST)).toEqual({ user: 'alice' });
    for (const session of [closed, anew])
      expect(await store.findGrant(name(session), DIGEST)).toBeUndefined();
  });

  it('comes back with what it held, its leases shorter by the time it was away', async () => {
    store.goDown('unreachable');
    clock.advance(POLICY.leaseTtlMs - 1);
    store.comeBack();
    expect(await lookUp()).toMatchObject({ kind: 'answer' });
    clock.advance(1);
    expect(await lookUp()).toMatchObject({ kind: 'absent', settled: false });
  });

  it('comes back empty, events and fences as well', async () => {
    await store.sweepFinished();
    await writes.grantToken();
    await writes.countGuess();
    store.goDown('unreachable');
    store.comeBack({ empty: true });

    const nothing = { kind: 'absent', settled: false, lastKnown: { kind: 'nothing' } };
    expect(await lookUp()).toEqual(nothing);
    expect(store.events()).toEqual([]);
    expect(await store.sinceLastSweepMs()).toBeUndefined();
    expect(await store.findGrant(CONSOLE, DIGEST)).toBeUndefined();
    expect(await store.countGuess('10.0.0.1')).toBe(1);
    expect(await store.report(aReport())).toEqual({ kind: 'applied' });
  });

  it('is not settled any more after its clock went back', async () => {
    await settle();
    clock.set(clock.now() - 1_000);
    expect(await store.renew()).toEqual({ settled: false });
  });

  it.each([
    ['settles anew after a pause of more than half a gap in which a renewal failed', 0.6, false],
    ['stays settled when a renewal failed within a shorter one', 0.4, true],
  ])('%s', async (_what, share, settled) => {
    await settle();
    store.goDown('unreachable');
    clock.advance(POLICY.gapMs * share);
    await expect(store.renew()).rejects.toMatchObject({ failure: 'unreachable' });
    store.comeBack();
    expect(await store.renew()).toEqual({ settled });
  });

  it('keeps its own copy of a report', async () => {
    const report = aReport({ sequence: 2, endpoint: { httpPort: 9443 } });
    await store.report(report);
    Object.assign(report.endpoint, { httpPort: 1 });
    expect(await lookUp()).toMatchObject({ destination: { endpoint: { httpPort: 9443 } } });
  });

  async function settle(): Promise<void> {
    for (let step = 0; step <= POLICY.settleAfterMs; step += POLICY.gapMs / 2) {
      await store.renew();
      clock.advance(POLICY.gapMs / 2);
    }
    expect(await store.renew()).toEqual({ settled: true });
  }
});

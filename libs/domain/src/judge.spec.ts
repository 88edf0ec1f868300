import { beliefPolicy, DEFAULT_BELIEF } from './belief-policy';
import type { LateServer } from './belief-store.port';
import type { ServerId } from './ids';
import { judge, wantsProbe, type Circumstances, type JudgePolicy } from './judge';
import { DEFAULT_TIMINGS, leasePolicy } from './lease-policy';
import type { Silence, Verdict } from './verdicts';

const LEASE = leasePolicy(DEFAULT_TIMINGS);
const POLICY: JudgePolicy = { ...LEASE, ...beliefPolicy(DEFAULT_BELIEF) };
const { leaseTtlMs, holdMaxMs, verdictTtlMs, protectionConfirmMs, sweepIntervalMs } = POLICY;
const NOW_MS = 500_000;
const STORE_NOW_MS = 1_800_000_000_000;

const late = (traits: Partial<LateServer> = {}): LateServer => ({
  server: 'gpu-1' as ServerId,
  zone: '',
  reportedAtMs: STORE_NOW_MS - LEASE.lateAfterMs,
  leaseEndsAtMs: STORE_NOW_MS - LEASE.lateAfterMs + leaseTtlMs,
  held: false,
  replaced: false,
  ...traits,
});
/** Its hold has just been renewed, at the end of its lease. */
const HELD = {
  held: true,
  reportedAtMs: STORE_NOW_MS - leaseTtlMs,
  leaseEndsAtMs: STORE_NOW_MS + leaseTtlMs,
};
/** Held while the lease of its last report still runs. */
const HELD_EARLY = { ...HELD, reportedAtMs: STORE_NOW_MS - leaseTtlMs + 1 };
const RUNNING_OUT = { leaseEndsAtMs: STORE_NOW_MS + leaseTtlMs / 2 };

const silence = (
  result?: Verdict['result'],
  { ageMs = 0, used = false, unansweredMs = 0 } = {},
): Silence => ({
  reportedAtMs: late().reportedAtMs,
  seenAtMs: NOW_MS,
  nextProbeAtMs: NOW_MS,
  ...(result && { verdict: { result, atMs: NOW_MS - ageMs, used } }),
  ...(result && result !== 'answered' && { unansweredSinceMs: NOW_MS - unansweredMs }),
});

const alone: Circumstances = {
  nowMs: NOW_MS,
  storeNowMs: STORE_NOW_MS,
  isHeard: true,
  isSettled: true,
  isProtected: false,
};
const guarded: Circumstances = { ...alone, isProtected: true };
const witnessed = (ms: number): Circumstances => ({
  ...guarded,
  witnessesAnswerSinceMs: NOW_MS - ms,
});

const NOTHING = { kind: 'nothing' };
const HOLD = { kind: 'hold', cause: 'probe' };
const PROTECT = { kind: 'hold', cause: 'protection' };
const release = (reason: string, confirmed = false) => ({ kind: 'release', reason, confirmed });
const DEAD = release('dead');
const CONFIRMED = release('dead', true);

const LONG = { unansweredMs: protectionConfirmMs };
const STALE = { ageMs: verdictTtlMs + 1 };

describe('a late server, below the threshold,', () => {
  it.each([
    ['without a probe', late(), silence(), NOTHING],
    ['that nobody remembers', late(), undefined, NOTHING],
    ['whose port answers', late(), silence('answered'), HOLD],
    ['held already, whose port answers again', late(HELD), silence('answered'), HOLD],
    ['held on this verdict already', late(HELD), silence('answered', { used: true }), NOTHING],
    ['whose port answered too long ago', late(), silence('answered', STALE), NOTHING],
    ['whose port refuses', late(), silence('refused'), NOTHING],
    ['whose port is silent', late(), silence('silent'), NOTHING],
    ['held, whose port refuses', late(HELD), silence('refused'), DEAD],
    ['held, whose port is silent', late(HELD), silence('silent'), DEAD],
    ['held, whose port refuses within its lease', late(HELD_EARLY), silence('refused'), NOTHING],
    ['held, whose port refused too long ago', late(HELD), silence('refused', STALE), NOTHING],
    [
      'held, without a verdict, as its hold runs out',
      late({ ...HELD, ...RUNNING_OUT }),
      silence(),
      NOTHING,
    ],
  ])('%s', (_who, server, known, expected) => {
    expect(judge(server, known, alone, POLICY)).toEqual(expected);
  });
});

describe('a late server, under protection,', () => {
  it.each([
    ['is held before its lease ends', late(), silence(), guarded, PROTECT],
    [
      'is held though its lease has just ended',
      late({ leaseEndsAtMs: STORE_NOW_MS - 1 }),
      undefined,
      guarded,
      PROTECT,
    ],
    ['held just now, is left alone', late(HELD), silence(), guarded, NOTHING],
    [
      'is held on, with half a lease to spare',
      late({ ...HELD, ...RUNNING_OUT }),
      silence(),
      guarded,
      PROTECT,
    ],
    ['is held on its own word when its port answers', late(), silence('answered'), guarded, HOLD],
    [
      'is held on, on protection, when that word is used',
      late({ ...HELD, ...RUNNING_OUT }),
      silence('answered', { used: true }),
      guarded,
      PROTECT,
    ],
    ['dead by refusal, is let go', late(HELD), silence('refused'), guarded, CONFIRMED],
    [
      'dead by refusal within its lease, keeps that',
      late(HELD_EARLY),
      silence('refused'),
      guarded,
      NOTHING,
    ],
    [
      'dead by refusal, but not held yet, is held first: the pace is for all',
      late(),
      silence('refused'),
      guarded,
      PROTECT,
    ],
    [
      'dead by refusal too long ago, is not let go',
      late(HELD),
      silence('refused', STALE),
      guarded,
      NOTHING,
    ],
    [
      'silent for long, with witnesses all that time, is let go',
      late(HELD),
      silence('silent', LONG),
      witnessed(protectionConfirmMs),
      CONFIRMED,
    ],
    [
      'silent for long, in a zone where nobody answers, is not',
      late(HELD),
      silence('silent', LONG),
      guarded,
      NOTHING,
    ],
    [
      'silent for long, with witnesses of late, is not',
      late(HELD),
      silence('silent', LONG),
      witnessed(protectionConfirmMs - 1),
      NOTHING,
    ],
    [
      'silent for not so long, is not',
      late(HELD),
      silence('silent', { unansweredMs: protectionConfirmMs - 1 }),
      witnessed(1e6),
      NOTHING,
    ],
    [
      'silent for long, but probed too long ago, is not',
      late(HELD),
      silence('silent', { ...LONG, ...STALE }),
      witnessed(1e6),
      NOTHING,
    ],
    [
      'dead, but not let go yet, is held on when its hold runs out',
      late({ ...HELD, ...RUNNING_OUT }),
      silence('refused'),
      { ...guarded, isPaced: true },
      PROTECT,
    ],
    [
      'dead, but not let go yet, waits otherwise',
      late(HELD),
      silence('refused'),
      { ...guarded, isPaced: true },
      NOTHING,
    ],
  ])('%s', (_what, server, known, circumstances, expected) => {
    expect(judge(server, known, circumstances, POLICY)).toEqual(expected);
  });
});

describe.each([
  ['below the threshold', alone],
  ['under protection', guarded],
])('%s', (_where, circumstances) => {
  const TOO_LONG = { reportedAtMs: STORE_NOW_MS - holdMaxMs };

  it.each([
    ['replaced', { replaced: true }, NOTHING],
    ['replaced while held', { ...HELD, replaced: true }, release('replaced')],
    ['replaced while held, within its lease', { ...HELD_EARLY, replaced: true }, NOTHING],
    ['silent for the longest time', TOO_LONG, NOTHING],
    ['silent for the longest time, and held', { ...HELD, ...TOO_LONG }, release('hold-expired')],
  ])('nobody is held who is %s, whatever a probe says', (_what, traits, expected) => {
    for (const known of [silence('answered'), silence('silent'), silence()]) {
      expect(judge(late(traits), known, circumstances, POLICY)).toEqual(expected);
    }
  });
});

describe('before the roll is settled, but every live agent was heard', () => {
  const heard = { ...alone, isSettled: false };

  it.each([
    ['whose port answers is held, before absence is a 404', late(), silence('answered'), HOLD],
    ['whose port is silent is left alone', late(), silence('silent'), NOTHING],
    ['held, whose port refuses, is not let go', late(HELD), silence('refused'), NOTHING],
  ])('a silent server %s', (_who, server, known, expected) => {
    expect(judge(server, known, heard, POLICY)).toEqual(expected);
  });

  it('the silent are probed', () => {
    expect(wantsProbe(late(), undefined, heard, POLICY)).toBe(true);
  });
});

describe('before every live agent was heard', () => {
  const unsettled = { ...alone, isHeard: false, isSettled: false };
  const dead = { ...guarded, isHeard: false, isSettled: false };

  it.each([
    ['who is held is held on by a good probe', late(HELD), silence('answered'), unsettled, HOLD],
    [
      'who is held and protected is held on in time',
      late({ ...HELD, ...RUNNING_OUT }),
      silence(),
      dead,
      PROTECT,
    ],
    ['nobody else is held', late(), silence('answered'), unsettled, NOTHING],
    ['nobody is let go', late(HELD), silence('refused'), unsettled, NOTHING],
    ['nobody is confirmed dead', late(HELD), silence('refused'), dead, NOTHING],
    ['nobody is replaced', late({ ...HELD, replaced: true }), silence(), unsettled, NOTHING],
  ])('%s', (_who, server, known, circumstances, expected) => {
    expect(judge(server, known, circumstances, POLICY)).toEqual(expected);
  });

  it('only who is held is probed', () => {
    expect(wantsProbe(late(HELD), undefined, unsettled, POLICY)).toBe(true);
    expect(wantsProbe(late(), undefined, unsettled, POLICY)).toBe(false);
  });
});

describe('a probe', () => {
  const due = (known: Silence | undefined, traits: Partial<LateServer> = {}, policy = POLICY) =>
    wantsProbe(late(traits), known, alone, policy);

  it('is wanted at once, and a period after the one before', () => {
    expect(due(undefined)).toBe(true);
    expect(due({ ...silence(), nextProbeAtMs: NOW_MS })).toBe(true);
    expect(due({ ...silence(), nextProbeAtMs: NOW_MS + sweepIntervalMs + 1 })).toBe(false);
  });

  it('is wanted a turn early rather than a turn late', () => {
    expect(due({ ...silence(), nextProbeAtMs: NOW_MS + sweepIntervalMs })).toBe(true);
  });

  it('is of no use for who cannot be held, and never made when probing is off', () => {
    expect(due(undefined, { replaced: true })).toBe(false);
    expect(due(undefined, { reportedAtMs: STORE_NOW_MS - holdMaxMs })).toBe(false);
    expect(due(undefined, {}, { ...POLICY, probeMode: 'off' })).toBe(false);
  });
});

import { beliefPolicy, DEFAULT_BELIEF } from './belief-policy';
import type { LateServer, Survey } from './belief-store.port';
import type { ServerId } from './ids';
import { Verdicts, type ProbeResult } from './verdicts';

const POLICY = beliefPolicy(DEFAULT_BELIEF);
const { probePeriodMs, verdictTtlMs, protectionConfirmMs } = POLICY;
const BAD: ProbeResult[] = ['refused', 'silent'];
const NO_EVIDENCE: ProbeResult[] = ['inconclusive', 'forbidden'];

const late = (server = 'gpu-1', reportedAtMs = 1): LateServer => ({
  server: server as ServerId,
  zone: '',
  reportedAtMs,
  leaseEndsAtMs: 2,
  held: false,
  replaced: false,
});

const surveyOf = (servers: readonly LateServer[], traits: Partial<Survey> = {}): Survey => ({
  nowMs: 0,
  heard: true,
  settled: true,
  servers: 10,
  zones: [],
  late: servers,
  lateTotal: servers.length,
  protections: [],
  ...traits,
});

describe('what is remembered of a silence', () => {
  let verdicts: Verdicts;
  let nowMs: number;

  beforeEach(() => {
    verdicts = new Verdicts(POLICY);
    nowMs = 0;
    verdicts.surveyed(surveyOf([late()]), nowMs);
  });

  const known = () => verdicts.silence(late());

  /** A probe that begins so long after the one before. */
  function probe(result: ProbeResult, afterMs: number): void {
    nowMs += afterMs;
    verdicts.probed(late(), result, nowMs, nowMs);
  }

  it('is the last verdict, and when the next probe is due: a period after the last one began', () => {
    verdicts.probed(late(), 'silent', 100, 2_100);
    expect(known()).toMatchObject({
      verdict: { result: 'silent', atMs: 2_100, used: false },
      unansweredSinceMs: 100,
      nextProbeAtMs: 100 + probePeriodMs,
    });
  });

  it.each(BAD)('is since when nobody has answered, refused or not: %s', (result) => {
    probe('answered', 0);
    probe('silent', probePeriodMs);
    for (let round = 0; round < 6; round++) probe(result, probePeriodMs);
    expect(known()?.unansweredSinceMs).toBe(probePeriodMs);
  });

  it('begins anew when something answers in between', () => {
    probe('silent', 0);
    probe('answered', probePeriodMs);
    expect(known()?.unansweredSinceMs).toBeUndefined();
    probe('silent', probePeriodMs);
    expect(known()?.unansweredSinceMs).toBe(nowMs);
  });

  it('begins anew when there was no verdict for so long that nobody knows what happened meanwhile', () => {
    probe('silent', 0);
    probe('silent', protectionConfirmMs / 2);
    expect(known()?.unansweredSinceMs).toBe(0);
    probe('silent', protectionConfirmMs / 2 + 1);
    expect(known()?.unansweredSinceMs).toBe(nowMs);
  });

  it('tolerates a gap as long as a verdict is fresh, however short the confirmation', () => {
    verdicts = new Verdicts({ ...POLICY, protectionConfirmMs: 100 });
    verdicts.surveyed(surveyOf([late()]), 0);
    probe('silent', 0);
    probe('silent', verdictTtlMs);
    expect(known()?.unansweredSinceMs).toBe(0);
  });

  it('is not changed by a probe that told nothing; the next one is sooner', () => {
    probe('answered', 0);
    probe('inconclusive', 1_000);
    expect(known()).toMatchObject({ verdict: { result: 'answered', atMs: 0 } });
    expect(known()?.nextProbeAtMs).toBe(1_000 + probePeriodMs / 4);
    verdicts.ended(late().server);
    verdicts.surveyed(surveyOf([late()]), nowMs);
    probe('inconclusive', 0);
    expect(known()?.verdict).toBeUndefined();
    expect(known()?.unansweredSinceMs).toBeUndefined();
  });

  it('is nothing good or bad of an endpoint that may not be probed', () => {
    probe('answered', 0);
    probe('forbidden', probePeriodMs);
    expect(known()?.verdict).toBeUndefined();
    expect(known()?.nextProbeAtMs).toBe(2 * probePeriodMs);
  });

  it('knows a verdict that has become a hold, until the next one', () => {
    probe('answered', 0);
    verdicts.used(late());
    expect(known()?.verdict?.used).toBe(true);
    probe('answered', probePeriodMs);
    expect(known()?.verdict?.used).toBe(false);
  });

  it('ends with a report: the next silence begins with nothing', () => {
    probe('silent', 0);
    const again = late('gpu-1', 2);
    verdicts.surveyed(surveyOf([again]), 1);
    expect(known()).toBeUndefined();
    expect(verdicts.silence(again)?.verdict).toBeUndefined();
    verdicts.probed(late(), 'refused', 2, 2);
    expect(verdicts.silence(again)?.verdict).toBeUndefined();
  });

  it('is forgotten when the server is not late any more, or is off the roll', () => {
    verdicts.surveyed(surveyOf([late(), late('gpu-2')]), 1);
    verdicts.ended(late('gpu-2').server);
    expect(verdicts.silence(late('gpu-2'))).toBeUndefined();
    verdicts.surveyed(surveyOf([]), 2);
    expect(known()).toBeUndefined();
  });

  it('is kept for a while when there are more late servers than a survey shows', () => {
    probe('silent', 0);
    verdicts.surveyed(surveyOf([late('gpu-2')], { lateTotal: 2 }), probePeriodMs);
    expect(known()?.verdict).toBeDefined();
    verdicts.surveyed(surveyOf([late('gpu-2')], { lateTotal: 2 }), protectionConfirmMs);
    expect(known()).toBeUndefined();
  });

  it('is gone after a pause, and everything is to be probed again', () => {
    probe('refused', 0);
    verdicts.witnessed('', late('w').server, 'answered', 0);
    verdicts.forgetAll();
    expect(known()).toBeUndefined();
    expect(verdicts.answeringSinceMs('', 0)).toBeUndefined();
  });
});

describe('the witnesses of a zone', () => {
  let verdicts: Verdicts;
  const [w1, w2, w3] = ['w1', 'w2', 'w3'] as unknown as readonly [ServerId, ServerId, ServerId];

  beforeEach(() => {
    verdicts = new Verdicts(POLICY);
  });

  const since = (nowMs: number, zone = 'a') => verdicts.answeringSinceMs(zone, nowMs);

  it('answer since the first of them did', () => {
    expect(since(0)).toBeUndefined();
    verdicts.witnessed('a', w1, 'answered', 10);
    verdicts.witnessed('a', w2, 'answered', 20);
    expect(since(20)).toBe(10);
    expect(since(20, 'b')).toBeUndefined();
  });

  it('answer while half of them do, and not any more when most do not', () => {
    verdicts.witnessed('a', w1, 'answered', 10);
    verdicts.witnessed('a', w2, 'refused', 20);
    expect(since(20)).toBe(10);
    verdicts.witnessed('a', w3, 'silent', 30);
    expect(since(30)).toBeUndefined();
    verdicts.witnessed('a', w3, 'answered', 40);
    expect(since(40)).toBe(40);
  });

  it.each(BAD)('do not answer when the only one is %s', (result) => {
    verdicts.witnessed('a', w1, result, 10);
    expect(since(10)).toBeUndefined();
  });

  it.each(NO_EVIDENCE)('have not been asked when a probe was %s', (result) => {
    verdicts.witnessed('a', w1, result, 10);
    expect(since(10)).toBeUndefined();
    verdicts.witnessed('a', w1, 'answered', 20);
    verdicts.witnessed('a', w1, result, 30);
    expect(since(30)).toBe(20);
  });

  it('do not answer any more when none was heard for as long as a verdict is fresh', () => {
    verdicts.witnessed('a', w1, 'answered', 0);
    expect(since(verdictTtlMs)).toBe(0);
    expect(since(verdictTtlMs + 1)).toBeUndefined();
    verdicts.witnessed('a', w1, 'answered', verdictTtlMs + 2);
    expect(since(verdictTtlMs + 2)).toBe(verdictTtlMs + 2);
  });

  it('are followed though others take their place', () => {
    for (let round = 0; round < 10; round++) {
      verdicts.witnessed('a', `w${round}` as ServerId, 'answered', round * probePeriodMs);
    }
    expect(since(9 * probePeriodMs)).toBe(0);
  });

  it('are asked twice a period', () => {
    expect(verdicts.areWitnessesDue('a', 0)).toBe(true);
    verdicts.askedWitness('a', 0);
    expect(verdicts.areWitnessesDue('a', probePeriodMs / 2 - 1)).toBe(false);
    expect(verdicts.areWitnessesDue('a', probePeriodMs / 2)).toBe(true);
  });

  it('are forgotten with their zone', () => {
    verdicts.witnessed('a', w1, 'answered', 0);
    verdicts.surveyed(
      surveyOf([], { zones: [{ zone: 'a', servers: 1, late: 0, witnesses: [] }] }),
      1,
    );
    expect(since(1)).toBe(0);
    verdicts.surveyed(surveyOf([]), 2);
    expect(since(2)).toBeUndefined();
  });
});

import type { BeliefPolicy } from './belief-policy';
import type { LateServer, Survey } from './belief-store.port';
import type { ServerId } from './ids';

/** What one probe (two tries) came to. */
export type ProbeResult =
  /** The port took a connection. */
  | 'answered'
  /** Both tries were refused: the host is there, and nothing listens. */
  | 'refused'
  /** Nothing came back in time, in at least one of the tries. */
  | 'silent'
  /** The prober itself had trouble (no descriptors, no network of its own, a pause): no evidence for anything. */
  | 'inconclusive'
  /** The endpoint is not among those that may be reported: it is not probed. */
  | 'forbidden';

/** A probe's result that says something about the server. */
export interface Verdict {
  readonly result: Exclude<ProbeResult, 'inconclusive' | 'forbidden'>;
  /** When the result was there. */
  readonly atMs: number;
  /** Whether a good one has become a hold; one verdict is worth one. */
  readonly used: boolean;
}

/** What is remembered of one silence of one server; moments are of a monotonic clock. */
export interface Silence {
  /** With the server it names the silence. */
  readonly reportedAtMs: number;
  /** When it was late in a survey last. */
  readonly seenAtMs: number;
  /** Not to be probed before. */
  readonly nextProbeAtMs: number;
  readonly verdict?: Verdict;
  /** When the first of the probes began that have not been answered, as far as there were enough of them to tell. */
  readonly unansweredSinceMs?: number;
}

/** What decides about verdicts. */
export type VerdictPolicy = Pick<
  BeliefPolicy,
  'probePeriodMs' | 'verdictTtlMs' | 'protectionConfirmMs'
>;

/** After a probe that told nothing, a part of the period: soon, but not as a flood. */
const RETRY_SHARE = 0.25;

/** Witnesses are few and asked twice a period, so that one late turn leaves no gap in what they say. */
const WITNESS_SHARE = 0.5;

/** Whether a verdict still says something. */
export function isFresh(
  verdict: Verdict | undefined,
  nowMs: number,
  { verdictTtlMs }: VerdictPolicy,
): verdict is Verdict {
  return verdict !== undefined && nowMs - verdict.atMs <= verdictTtlMs;
}

/** A silence after one more probe of the server. */
export function afterProbe(
  silence: Silence,
  result: ProbeResult,
  startedAtMs: number,
  nowMs: number,
  policy: VerdictPolicy,
): Silence {
  const { probePeriodMs } = policy;
  if (result === 'inconclusive') {
    return { ...silence, nextProbeAtMs: nowMs + RETRY_SHARE * probePeriodMs };
  }
  const { verdict: before, unansweredSinceMs, ...rest } = silence;
  const known = { ...rest, nextProbeAtMs: startedAtMs + probePeriodMs };
  if (result === 'forbidden') return known;
  const verdict: Verdict = { result, atMs: nowMs, used: false };
  if (result === 'answered') return { ...known, verdict };
  const isUnbroken = before !== undefined && startedAtMs - before.atMs <= breakMs(policy);
  const sinceMs = (isUnbroken ? unansweredSinceMs : undefined) ?? startedAtMs;
  return { ...known, verdict, unansweredSinceMs: sinceMs };
}

/** Two bad verdicts further apart than this say nothing about the time between them. */
function breakMs({ verdictTtlMs, protectionConfirmMs }: VerdictPolicy): number {
  return Math.max(verdictTtlMs, protectionConfirmMs / 2);
}

interface Testimony {
  readonly answered: boolean;
  readonly atMs: number;
}

/** What probes of a zone's live servers came to. */
interface WitnessStand {
  /** Of the last 1.5 probe periods. */
  readonly testimonies: Map<ServerId, Testimony>;
  answeringSinceMs?: number;
  nextProbeAtMs: number;
}

/**
 * All that a reconciler remembers of its probes: of each silence, and of the witnesses of each zone. Every moment is
 * handed in, of one monotonic clock.
 */
export class Verdicts {
  private readonly silences = new Map<ServerId, Silence>();
  private readonly stands = new Map<string, WitnessStand>();

  constructor(private readonly policy: VerdictPolicy) {}

  /** Takes note of who is late now; a silence that has ended is forgotten, and so is one that is not late any more. */
  surveyed({ late, lateTotal, zones }: Survey, nowMs: number): void {
    for (const { server, reportedAtMs } of late) {
      const known = this.silences.get(server);
      const silence =
        known?.reportedAtMs === reportedAtMs
          ? known
          : { reportedAtMs, nextProbeAtMs: Number.NEGATIVE_INFINITY };
      this.silences.set(server, { ...silence, seenAtMs: nowMs });
    }
    const sawAll = late.length === lateTotal;
    for (const [server, { seenAtMs }] of this.silences) {
      const isOver = sawAll ? seenAtMs < nowMs : nowMs - seenAtMs > breakMs(this.policy);
      if (isOver) this.silences.delete(server);
    }
    const names = new Set(zones.map(({ zone }) => zone));
    for (const zone of this.stands.keys()) if (!names.has(zone)) this.stands.delete(zone);
  }

  silence({
    server,
    reportedAtMs,
  }: Pick<LateServer, 'server' | 'reportedAtMs'>): Silence | undefined {
    const silence = this.silences.get(server);
    return silence?.reportedAtMs === reportedAtMs ? silence : undefined;
  }

  /** Notes the result of a probe that began at this moment; too late when the silence is over. */
  probed(
    server: Pick<LateServer, 'server' | 'reportedAtMs'>,
    result: ProbeResult,
    startedAtMs: number,
    nowMs: number,
  ): void {
    const silence = this.silence(server);
    if (silence === undefined) return;
    const after = afterProbe(silence, result, startedAtMs, nowMs, this.policy);
    this.silences.set(server.server, after);
  }

  /** A good verdict has become a hold. */
  used(server: Pick<LateServer, 'server' | 'reportedAtMs'>): void {
    const silence = this.silence(server);
    if (silence?.verdict === undefined) return;
    this.silences.set(server.server, { ...silence, verdict: { ...silence.verdict, used: true } });
  }

  /** The server has reported, or is off the roll. */
  ended(server: ServerId): void {
    this.silences.delete(server);
  }

  /** Whether it is time to ask the witnesses of a zone. */
  areWitnessesDue(zone: string, nowMs: number): boolean {
    return nowMs >= (this.stands.get(zone)?.nextProbeAtMs ?? Number.NEGATIVE_INFINITY);
  }

  /** A witness of the zone is being asked. */
  askedWitness(zone: string, nowMs: number): void {
    this.standOf(zone).nextProbeAtMs = nowMs + WITNESS_SHARE * this.policy.probePeriodMs;
  }

  /** Notes what the probe of a live server of a zone came to. */
  witnessed(zone: string, server: ServerId, result: ProbeResult, nowMs: number): void {
    if (result === 'inconclusive' || result === 'forbidden') return;
    const stand = this.standOf(zone);
    stand.testimonies.set(server, { answered: result === 'answered', atMs: nowMs });
    if (!this.doAnswer(stand, nowMs)) stand.answeringSinceMs = undefined;
    else stand.answeringSinceMs ??= nowMs;
  }

  /** Since when at least half of the witnesses of a zone have been answering; undefined while they do not. */
  answeringSinceMs(zone: string, nowMs: number): number | undefined {
    const stand = this.stands.get(zone);
    if (stand === undefined) return undefined;
    if (!this.doAnswer(stand, nowMs)) stand.answeringSinceMs = undefined;
    return stand.answeringSinceMs;
  }

  /** After a pause of this process: whatever it knew may be long past, and everything is probed again. */
  forgetAll(): void {
    this.silences.clear();
    this.stands.clear();
  }

  private standOf(zone: string): WitnessStand {
    const stand = this.stands.get(zone) ?? {
      testimonies: new Map<ServerId, Testimony>(),
      nextProbeAtMs: Number.NEGATIVE_INFINITY,
    };
    this.stands.set(zone, stand);
    return stand;
  }

  /** Whether somebody has answered of late, and as many as have not. */
  private doAnswer({ testimonies }: WitnessStand, nowMs: number): boolean {
    for (const [server, { atMs }] of testimonies) {
      if (nowMs - atMs > this.policy.verdictTtlMs) testimonies.delete(server);
    }
    const all = [...testimonies.values()];
    const answers = all.filter(({ answered }) => answered).length;
    return answers > 0 && 2 * answers >= all.length;
  }
}

import { Injectable } from '@nestjs/common';
import { Verdicts, type BeliefStore, type JudgePolicy } from '@rollcall/domain';
import { Periodic } from '../periodic';
import { BeliefActs } from './belief.acts';
import { Docket } from './docket';
import type { EndpointProber } from './endpoint.prober';
import type { JudgeLog } from './judge.log';
import type { JudgeMetrics } from './judge.metrics';
import type { ProbePool } from './probe-pool';
import { ProbeRounds } from './probe.rounds';
import type { ProtectionService } from './protection.service';

export interface JudgeParts {
  readonly store: Pick<BeliefStore, 'survey' | 'records' | 'hold' | 'release'>;
  readonly protection: Pick<ProtectionService, 'decide'>;
  readonly prober: Pick<EndpointProber, 'probe' | 'stop'>;
  readonly pool: ProbePool;
  readonly metrics: JudgeMetrics;
  readonly log: JudgeLog;
  readonly policy: JudgePolicy;
  /** Id of this reconciler: its verdicts are told from those of others by it. */
  readonly by: string;
  /** A monotonic clock. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** As many as a roll is made for; of more, those whose lease or hold ends first. */
const LATE_MAX = 10_000;
const STUCK_AFTER_MS = 30_000;

/**
 * Believes the silent as far as there is evidence: beside the sweeps, and in every reconciler at once. A turn is
 * - a survey of who is late; until every live agent was heard it only says who is held, and has to be held on,
 * - protection, decided before anything else,
 * - the probes that are due, which run on beside the turns; what a probe says is acted on when it comes,
 * - what can be done without a probe: holds under protection, holds that have lasted too long, confirmed deaths.
 * The store re-checks each step: two reconcilers, or one that was held up, do no harm.
 */
@Injectable()
export class JudgeService {
  private readonly verdicts: Verdicts;
  private readonly acts: BeliefActs;
  private readonly rounds: ProbeRounds;
  private readonly turns: Periodic;
  private docket: Docket | undefined;
  private turnedAtMs: number;
  private surveyedAtMs: number | undefined;

  constructor(private readonly parts: JudgeParts) {
    const { policy, now } = parts;
    const verdicts = new Verdicts(policy);
    const acts = new BeliefActs({ ...parts, verdicts });
    this.verdicts = verdicts;
    this.acts = acts;
    this.rounds = new ProbeRounds({
      ...parts,
      verdicts,
      judged: (record, late) => {
        if (this.docket) void acts.actOnVerdict(this.docket, record, late);
      },
    });
    this.turnedAtMs = now();
    this.turns = new Periodic(() => this.turn());
  }

  start(): void {
    this.turns.start();
  }

  /** Probes under way end at once; what the store is being told is waited for. */
  async stop(): Promise<void> {
    this.parts.prober.stop();
    await Promise.all([this.turns.stop(), this.parts.pool.stop()]);
    await this.acts.idle();
  }

  /** Says why only a restart helps, or undefined; an absent store is no such reason. */
  problem(): string | undefined {
    const sinceMs = this.parts.now() - Math.max(this.turnedAtMs, this.acts.lastStepAtMs);
    return sinceMs > STUCK_AFTER_MS + this.parts.policy.sweepIntervalMs
      ? `the judge loop has not turned for ${Math.round(sinceMs)} ms`
      : undefined;
  }

  /** Resolves to when the next one is due. */
  private async turn(): Promise<number> {
    const { pool, metrics, log, policy, now } = this.parts;
    this.forgetAfter(now() - this.turnedAtMs);
    this.turnedAtMs = now();
    try {
      const remainder = await this.acts.actOnAll(await this.takeDocket());
      if (remainder === 'more') return 0;
      // Who waits for the next interval is not to wait for a whole turn besides.
      return policy.sweepIntervalMs / (remainder === 'paced' ? 2 : 1);
    } catch (error) {
      this.docket = undefined;
      pool.replace([]);
      metrics.forget();
      log.failed(error);
      return policy.sweepIntervalMs;
    }
  }

  /** Who is late now, with their probes on the way. */
  private async takeDocket(): Promise<Docket> {
    const { store, protection, pool, metrics, log, policy, now } = this.parts;
    const { verdicts } = this;
    const survey = await store.survey(LATE_MAX);
    const takenAtMs = now();
    this.forgetAfter(survey.nowMs - (this.surveyedAtMs ?? survey.nowMs));
    this.surveyedAtMs = survey.nowMs;
    const protectedZones = await protection.decide(survey);
    verdicts.surveyed(survey, takenAtMs);
    const docket = new Docket({ survey, takenAtMs, protectedZones, verdicts, policy });
    this.docket = docket;
    pool.replace(policy.probeMode === 'tcp' ? this.rounds.due(docket, survey) : []);
    metrics.surveyed(survey);
    log.surveyed(survey);
    return docket;
  }

  /** What was known before a pause longer than a verdict lasts is known no more; seen by either clock, as both can stop. */
  private forgetAfter(pauseMs: number): void {
    if (Math.abs(pauseMs) > this.parts.policy.verdictTtlMs) this.verdicts.forgetAll();
  }
}

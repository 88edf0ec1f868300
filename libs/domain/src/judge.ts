import type { BeliefPolicy } from './belief-policy';
import type { LateServer, ReleaseReason } from './belief-store.port';
import type { LeasePolicy } from './lease-policy';
import type { HoldCause } from './server-record';
import { isFresh, type Silence } from './verdicts';

/** What is known around a late server, at one moment. */
export interface Circumstances {
  /** The reconciler's own monotonic clock, on which it probes. */
  readonly nowMs: number;
  /** The store's clock at the same moment. */
  readonly storeNowMs: number;
  /** Whether every live agent has reported: until then nobody is probed or held who is not held already. */
  readonly isHeard: boolean;
  /** Whether the roll is settled: until then nobody is released. */
  readonly isSettled: boolean;
  /** Whether the server's zone is protected. */
  readonly isProtected: boolean;
  /** Since when the zone's witnesses have been answering, by the reconciler's clock; undefined while they do not. */
  readonly witnessesAnswerSinceMs?: number;
  /** As many were released as protection allows for now. */
  readonly isPaced?: boolean;
}

/** What is to be done about a late server now. */
export type Judgement =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'hold'; readonly cause: HoldCause }
  | { readonly kind: 'release'; readonly reason: ReleaseReason; readonly confirmed: boolean };

/** What decides about the late. */
export type JudgePolicy = BeliefPolicy & Pick<LeasePolicy, 'leaseTtlMs' | 'sweepIntervalMs'>;

const NOTHING: Judgement = { kind: 'nothing' };

/**
 * Decides about a late server.
 * - Until every live agent was heard, silence says nothing; who was held before is held on, by the same rules.
 * - From then on whoever is silent and lives is held, before the roll settles and absence is a 404; nobody is let go.
 * - Below the threshold a probe decides: a good one is worth one lease, a bad one ends the hold there is. Without a
 *   verdict nothing happens, and the lease or hold runs out by itself.
 * - Under protection everybody is held in time, and is let go only when confirmed dead.
 * - A release ends what a hold has added, never the lease of the last report: a report may be late, and a port may refuse
 *   for a moment.
 * - Nobody is held whose endpoint is a live server's, or who has been silent for too long.
 */
export function judge(
  late: LateServer,
  silence: Silence | undefined,
  circumstances: Circumstances,
  policy: JudgePolicy,
): Judgement {
  const judgement = judgeSettled(late, silence, circumstances, policy);
  if (circumstances.isSettled) return judgement;
  return wasHeard(late, circumstances) && judgement.kind === 'hold' ? judgement : NOTHING;
}

function judgeSettled(
  late: LateServer,
  silence: Silence | undefined,
  circumstances: Circumstances,
  policy: JudgePolicy,
): Judgement {
  const { nowMs, storeNowMs, isProtected, isPaced = false } = circumstances;
  const silentForMs = storeNowMs - late.reportedAtMs;
  const isHeldBeyondLease = late.held && silentForMs >= policy.leaseTtlMs;
  if (late.replaced) return isHeldBeyondLease ? release('replaced') : NOTHING;
  if (silentForMs >= policy.holdMaxMs) return isHeldBeyondLease ? release('hold-expired') : NOTHING;
  const verdict = silence?.verdict;
  const isKnown = isFresh(verdict, nowMs, policy);
  if (isKnown && verdict.result === 'answered' && !verdict.used) return hold('probe');
  if (isProtected) {
    const isDead = isConfirmedDead(silence, circumstances, policy);
    if (isHeldBeyondLease && isDead && !isPaced) return release('dead', true);
    return isRunningOut(late, storeNowMs, policy) ? hold('protection') : NOTHING;
  }
  const isBad = isKnown && verdict.result !== 'answered';
  return isHeldBeyondLease && isBad ? release('dead') : NOTHING;
}

/** Whether a late server is to be probed as soon as there is room. */
export function wantsProbe(
  late: LateServer,
  silence: Silence | undefined,
  circumstances: Circumstances,
  { probeMode, holdMaxMs, sweepIntervalMs }: JudgePolicy,
): boolean {
  const { nowMs, storeNowMs } = circumstances;
  if (probeMode === 'off' || late.replaced) return false;
  if (!wasHeard(late, circumstances)) return false;
  if (storeNowMs - late.reportedAtMs >= holdMaxMs) return false;
  // A turn early rather than a turn late: the period is a promise.
  return silence === undefined || nowMs >= silence.nextProbeAtMs - sweepIntervalMs;
}

/** Whether its silence is its own: nobody was heard for a while after an outage. */
function wasHeard({ held }: LateServer, { isHeard, isSettled }: Circumstances): boolean {
  return held || isHeard || isSettled;
}

function isConfirmedDead(
  silence: Silence | undefined,
  { nowMs, witnessesAnswerSinceMs }: Circumstances,
  policy: JudgePolicy,
): boolean {
  if (silence === undefined || !isFresh(silence.verdict, nowMs, policy)) return false;
  if (silence.verdict.result === 'refused') return true;
  const { unansweredSinceMs } = silence;
  if (unansweredSinceMs === undefined || witnessesAnswerSinceMs === undefined) return false;
  return nowMs - Math.max(unansweredSinceMs, witnessesAnswerSinceMs) >= policy.protectionConfirmMs;
}

/** With half a lease to spare, so that a busy store has time to take the holds of a whole zone. */
function isRunningOut(late: LateServer, storeNowMs: number, { leaseTtlMs }: JudgePolicy): boolean {
  return late.leaseEndsAtMs - storeNowMs <= leaseTtlMs / 2;
}

function hold(cause: HoldCause): Judgement {
  return { kind: 'hold', cause };
}

function release(reason: ReleaseReason, confirmed = false): Judgement {
  return { kind: 'release', reason, confirmed };
}

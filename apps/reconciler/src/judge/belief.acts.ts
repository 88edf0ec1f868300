import type {
  BeliefStore,
  HoldCause,
  HoldOutcome,
  JudgePolicy,
  LateServer,
  ReleaseOutcome,
  ServerId,
  ServerRecord,
  Verdicts,
} from '@rollcall/domain';
import type { Docket } from './docket';
import { Gate } from './gate';
import type { JudgeLog } from './judge.log';
import type { JudgeMetrics } from './judge.metrics';

export interface BeliefActsParts {
  readonly store: Pick<BeliefStore, 'records' | 'hold' | 'release'>;
  readonly verdicts: Verdicts;
  readonly metrics: Pick<JudgeMetrics, 'tookHold' | 'released'>;
  readonly log: Pick<JudgeLog, 'held' | 'failed'>;
  readonly policy: JudgePolicy;
  /** Id of this reconciler. */
  readonly by: string;
  /** A monotonic clock. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

const RECORDS_PER_READ = 100;

/** Acted on before a turn asks what time it is. */
const BATCH = 500;
const CONCURRENCY = 64;

/** Confirmed deaths told the store at a time: when it says that it is enough for now, so many have been asked in vain. */
const LET_GO_TOGETHER = 16;

/** What a turn has left: not got round to everybody; confirmed deaths that wait for the next interval. */
export type Remainder = 'more' | 'paced' | 'nothing';

type Outcome = HoldOutcome | ReleaseOutcome | undefined;

/** Holds and releases what the docket says. A server is acted on once at a time; a failure of the store ends what is asked. */
export class BeliefActs {
  private readonly gate = new Gate(CONCURRENCY);
  private readonly underWay = new Map<ServerId, Promise<Outcome>>();
  private steppedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: BeliefActsParts) {}

  /** When the store answered last, well or ill; each step is bounded in time. */
  get lastStepAtMs(): number {
    return this.steppedAtMs;
  }

  /**
   * Does what can be done without waiting for a probe, the most urgent first, and stops after two turns' time: who is late
   * then has to be looked at anew. Resolves to what is left; rejects when the store fails.
   */
  async actOnAll(docket: Docket): Promise<Remainder> {
    const nowMs = this.parts.now();
    const endsAtMs = nowMs + 2 * this.parts.policy.sweepIntervalMs;
    const urgent: LateServer[] = [];
    const confirmed: LateServer[] = [];
    for (const late of docket.all()) {
      const judgement = docket.judge(late, nowMs);
      if (judgement.kind === 'nothing') continue;
      const isPacedByStore = judgement.kind === 'release' && judgement.confirmed;
      (isPacedByStore ? confirmed : urgent).push(late);
    }
    const heldInTime = await this.actOnEach(docket, urgent, endsAtMs);
    const isPaced = await this.letGo(docket, shuffled(confirmed, this.parts.random));
    const heldOn = confirmed
      .flatMap((late) => docket.find(late) ?? [])
      .filter((late) => docket.judge(late, this.parts.now(), true).kind === 'hold');
    const heldOnInTime = await this.actOnEach(docket, heldOn, endsAtMs);
    if (!heldInTime || !heldOnInTime) return 'more';
    return isPaced ? 'paced' : 'nothing';
  }

  /** Acts on a verdict that has just come; confirmed deaths wait for the turn, which lets them go in random order. */
  async actOnVerdict(docket: Docket, record: ServerRecord, late: LateServer): Promise<void> {
    try {
      await this.act(docket, record, late, true);
    } catch (error) {
      this.parts.log.failed(error);
    }
  }

  /** Waits for what the store is being told. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.underWay.values());
  }

  /** Until the store says that it is enough for now; resolves to whether it has said so. */
  private async letGo(docket: Docket, confirmed: readonly LateServer[]): Promise<boolean> {
    for (const together of chunksOf(confirmed, LET_GO_TOGETHER)) {
      const outcomes = await this.actTogether(docket, together, false);
      if (outcomes.some((outcome) => outcome?.kind === 'paced')) return true;
    }
    return false;
  }

  /** Resolves to whether there was time for all; confirmed deaths are not let go by it. */
  private async actOnEach(
    docket: Docket,
    servers: readonly LateServer[],
    endsAtMs: number,
  ): Promise<boolean> {
    for (const batch of chunksOf(servers, BATCH)) {
      if (this.parts.now() > endsAtMs) return false;
      const reads = chunksOf(batch, RECORDS_PER_READ);
      await Promise.all(reads.map((chunk) => this.actTogether(docket, chunk, true)));
    }
    return true;
  }

  private async actTogether(
    docket: Docket,
    servers: readonly LateServer[],
    isPaced: boolean,
  ): Promise<Outcome[]> {
    const ids = servers.map(({ server }) => server);
    const records = await this.gate.run(() => this.step(this.parts.store.records(ids)));
    const recordOf = new Map(records.map((record) => [record.server, record]));
    return Promise.all(
      servers.map(async (late) => {
        const record = recordOf.get(late.server);
        return record && (await this.act(docket, record, late, isPaced));
      }),
    );
  }

  private async act(
    docket: Docket,
    record: ServerRecord,
    late: LateServer,
    isPaced: boolean,
  ): Promise<Outcome> {
    const { server } = late;
    if (this.underWay.has(server)) return undefined;
    const acted = this.gate.run(() => this.actNow(docket, record, late, isPaced));
    this.underWay.set(server, acted);
    return acted.finally(() => this.underWay.delete(server));
  }

  /** Judged at the last moment: what was decided before a pause does not count. */
  private async actNow(
    docket: Docket,
    record: ServerRecord,
    seen: LateServer,
    isPaced: boolean,
  ): Promise<Outcome> {
    const late = docket.find(seen);
    if (late === undefined || record.reportedAtMs > late.reportedAtMs) return undefined;
    const judgement = docket.judge(late, this.parts.now(), isPaced);
    if (judgement.kind === 'hold') return this.hold(docket, record, late, judgement.cause);
    if (judgement.kind === 'nothing') return undefined;
    const { store, metrics, by } = this.parts;
    const { reason, confirmed } = judgement;
    const outcome = await this.step(store.release(record, { reason, by, confirmed }));
    metrics.released(reason, outcome);
    const isOver = ['evicted', 'renewed', 'gone'].includes(outcome.kind);
    if (isOver) this.forget(docket, late);
    return outcome;
  }

  private async hold(
    docket: Docket,
    record: ServerRecord,
    late: LateServer,
    cause: HoldCause,
  ): Promise<HoldOutcome> {
    const { store, metrics, log, verdicts, policy, by } = this.parts;
    const { verdictTtlMs, holdMaxMs } = policy;
    const outcome = await this.step(store.hold(record, { cause, by, verdictTtlMs, holdMaxMs }));
    metrics.tookHold(cause, outcome);
    switch (outcome.kind) {
      case 'held':
        if (cause === 'probe') verdicts.used(late);
        if (cause === 'probe' && !late.held) log.held(late);
        docket.change(late, { held: true, leaseEndsAtMs: outcome.untilMs });
        break;
      case 'replaced':
        docket.change(late, { replaced: true });
        break;
      case 'reported':
      case 'gone':
        this.forget(docket, late);
    }
    return outcome;
  }

  private forget(docket: Docket, { server }: LateServer): void {
    docket.drop(server);
    this.parts.verdicts.ended(server);
  }

  private step<T>(work: Promise<T>): Promise<T> {
    return work.finally(() => (this.steppedAtMs = this.parts.now()));
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

import {
  sweep,
  type EvictionOutcome,
  type HoldCause,
  type HoldOutcome,
  type LapsedServer,
  type ProtectionChange,
  type ReleaseReason,
  type ReleaseOutcome,
  type ServerId,
  type ServerRecord,
  type SessionStore,
  type Vouch,
} from '@rollcall/domain';
import {
  checkHold,
  checkProtectionChange,
  checkRelease,
  checkSurvey,
  standings,
} from './belief-checks';
import { wordOf } from './facts';
import { SERVERS } from './model-ids';
import type { ModelProcess } from './model-site';
import type { Judged, ModelStep, ReconcilerIndex } from './model-step';
import type { ModelWorld } from './model-world';
import { checkEviction } from './outcome-checks';

/** Short of the real ones, so that a story sees their ends. */
export const HOLD_MAX_MS = 60_000;
const VERDICT_TTL_MS = 15_000;
const LATE_MAX = 10;
/** The only zone of a model. */
const ZONE = '';

const HOLDS: Partial<Record<Judged, HoldCause>> = { alive: 'probe', protected: 'protection' };
const RELEASES: Partial<Record<Judged, ReleaseReason>> = {
  dead: 'dead',
  'surely dead': 'dead',
  expired: 'hold-expired',
  replaced: 'replaced',
};

/** The reconcilers of a model: the real sweep, and judges whose verdicts are anybody's guess. */
export class ModelReconcilers {
  private readonly processes: readonly ModelProcess[];
  private sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly world: ModelWorld) {
    this.processes = [world.site.process(), world.site.process()];
  }

  async sweep({ reconciler, held }: ModelStep & { do: 'sweep' }): Promise<void> {
    const name = this.nameOf(reconciler);
    this.world.story.begin(held ? `${name} begins to sweep` : `${name} sweeps`);
    const process = this.at(reconciler);
    await this.world.run(process, held, 'the sweep', (store) => this.sweepWith(store, process));
  }

  /** Both sweep at their time, between other things. */
  async sweepIfDue(): Promise<void> {
    const { ownMs, site } = this.world;
    if (ownMs - this.sweptAtMs < site.policy.sweepIntervalMs) return;
    this.sweptAtMs = ownMs;
    for (const process of this.processes) await this.sweepWith(process.store, process);
  }

  async judge({ reconciler, verdicts, held }: ModelStep & { do: 'judge' }): Promise<void> {
    const by = this.nameOf(reconciler);
    const judged = SERVERS.map((server, index) => `${server} ${verdicts[index]}`).join(', ');
    this.world.story.begin(`${by} judges the late (${judged})`);
    await this.world.run(this.at(reconciler), held, 'the judgement', async (store) => {
      const done = await this.world.answerOf(async () => {
        const before = standings(this.world);
        const survey = await store.survey(LATE_MAX);
        checkSurvey(this.world, before, survey);
        for (const { server } of survey.late) {
          const verdict = verdicts[SERVERS.indexOf(server)] ?? 'nothing';
          await this.judgeOne(store, server, verdict, by);
        }
        return 'done';
      });
      if (!done) this.world.story.add(' → no answer');
    });
  }

  async protect({ reconciler, to, held }: ModelStep & { do: 'protect' }): Promise<void> {
    const { story, beliefs, acknowledged, site } = this.world;
    story.begin(`${this.nameOf(reconciler)} turns protection ${to}`);
    await this.world.run(this.at(reconciler), held, 'the change', async (store) => {
      const changed = await this.world.answerOf(async () => {
        const { protections } = await store.survey(LATE_MAX);
        const seen = protections.find(({ zone }) => zone === ZONE)?.version ?? 0;
        const { version } = beliefs;
        const isChanged = await store.changeProtection(ZONE, seen, changeTo(to));
        acknowledged.written({ surely: false });
        if (isChanged) {
          checkProtectionChange(this.world, to, version);
          beliefs.protectionChanged(to, site.now() + HOLD_MAX_MS);
        }
        return isChanged;
      });
      story.add(changed === undefined ? ' → no answer' : changed ? '' : ' → nothing changes');
    });
  }

  /** Ends what protection there is, as an operator would. */
  async endProtection(): Promise<void> {
    await this.protect({ do: 'protect', reconciler: 0, to: 'off' });
  }

  private async sweepWith(store: SessionStore, process: ModelProcess): Promise<void> {
    const watched = {
      renew: () => this.world.renew(process, () => store.renew()),
      findLapsed: (limit: number) => store.findLapsed(limit),
      evict: async (seen: LapsedServer) => {
        const outcome = await store.evict(seen);
        this.world.acknowledged.written({ surely: true });
        this.evicted(seen, outcome);
        return outcome;
      },
      sweepFinished: () => store.sweepFinished(),
    };
    const swept = await this.world.answerOf(() => sweep(watched));
    if (!swept) this.world.story.add(' → no answer');
  }

  private evicted(seen: LapsedServer, outcome: EvictionOutcome): void {
    const { server, fence } = seen;
    this.world.actor = server;
    this.world.story.add(
      ` → ${server} as of ${fence.boot}.${fence.sequence}: ${outcomeOf(outcome)}`,
    );
    checkEviction(this.world, seen, outcome);
    if (outcome.kind === 'evicted') this.struck(seen.server, fence);
  }

  private async judgeOne(
    store: SessionStore,
    server: ServerId,
    verdict: Judged,
    by: string,
  ): Promise<void> {
    const [cause, reason] = [HOLDS[verdict], RELEASES[verdict]];
    if (!cause && !reason) return;
    const [record] = await store.records([server]);
    if (!record) return;
    if (cause) {
      const vouch = { cause, by, verdictTtlMs: VERDICT_TTL_MS, holdMaxMs: HOLD_MAX_MS };
      this.held(record, vouch, await store.hold(record, vouch));
    } else if (reason) {
      const release = { reason, by, confirmed: verdict === 'surely dead' };
      this.released(record, release, await store.release(record, release));
    }
  }

  private held(record: ServerRecord, vouch: Vouch, outcome: HoldOutcome): void {
    const { acknowledged, beliefs, story, site } = this.world;
    const { server } = record;
    this.world.actor = server;
    acknowledged.written({ surely: true });
    story.add(` → ${server}: ${outcome.kind}`);
    checkHold(this.world, record, vouch, outcome);
    if (outcome.kind !== 'held') return;
    acknowledged.held(server, outcome.untilMs, vouch.cause);
    if (vouch.cause === 'probe') beliefs.vouched(server, vouch.by, site.now() + vouch.verdictTtlMs);
  }

  private released(
    record: ServerRecord,
    release: { reason: ReleaseReason; by: string; confirmed: boolean },
    outcome: ReleaseOutcome,
  ): void {
    const { acknowledged, beliefs, story } = this.world;
    const { server } = record;
    this.world.actor = server;
    acknowledged.written({ surely: true });
    story.add(` → ${server}: ${outcomeOf(outcome)}`);
    checkRelease(this.world, record, release, outcome);
    const hasRetracted = release.reason === 'dead' && outcome.kind !== 'renewed';
    if (hasRetracted) beliefs.retracted(server, release.by);
    if (outcome.kind === 'evicted') this.struck(server, record);
  }

  private struck(server: ServerId, fence: LapsedServer['fence']): void {
    const { acknowledged, beliefs, facts } = this.world;
    if (wordOf(facts, server)) acknowledged.struck(server, fence);
    beliefs.forget(server);
  }

  private nameOf(index: ReconcilerIndex): string {
    return `reconciler ${index + 1}`;
  }

  private at(index: ReconcilerIndex): ModelProcess {
    const process = this.processes[index];
    if (!process) throw new Error(`there is no reconciler ${index}`);
    return process;
  }
}

function changeTo(to: 'on' | 'ended' | 'off'): ProtectionChange {
  if (to === 'on') return { to, late: 3, servers: 3, holdMaxMs: HOLD_MAX_MS };
  return to === 'ended' ? { to, reason: 'operator' } : { to };
}

function outcomeOf({ kind }: ReleaseOutcome): string {
  return kind === 'evicted' ? 'evicted' : `spared (${kind})`;
}

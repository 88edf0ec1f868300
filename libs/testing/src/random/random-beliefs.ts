import type {
  HoldOutcome,
  ProtectionChange,
  Release,
  ReleaseOutcome,
  ServerId,
  ServerRecord,
  Vouch,
} from '@rollcall/domain';
import type { StoreHarness } from '../conformance/store-harness';
import { later } from './moments';
import type { Circumstances, RollOracle } from './roll-oracle';
import type { SeededRandom } from './seeded-random';

const RECONCILERS = ['reconciler-1', 'reconciler-2'];
const ZONES = ['', 'a', 'b'];
const EVERYBODY = 100;
const SEEN_MAX = 8;

/** How a run tries something and judges it. */
export interface Trials {
  /** Does it, and finds out when. */
  during(act: () => Promise<void>): Promise<Circumstances>;
  /** Throws unless the outcome is an expected one. */
  compare(what: string, got: unknown, expected: readonly unknown[]): void;
  note(text: string): void;
}

/** Holds, releases and protections at random, compared with the oracle. */
export class RandomBeliefs {
  private seen: ServerRecord[] = [];

  constructor(
    private readonly harness: StoreHarness,
    private readonly random: SeededRandom,
    private readonly oracle: RollOracle,
    private readonly trials: Trials,
  ) {}

  async hold(server: ServerId): Promise<void> {
    const record = await this.someRecord(server);
    if (record) await this.holdAsSeen(record);
  }

  async holdTheLate(): Promise<void> {
    const { store } = this.harness;
    const { late } = await store.survey(EVERYBODY);
    const records = await store.records(late.map(({ server }) => server));
    for (const record of records) await this.holdAsSeen(record);
  }

  /** Mostly of one that is held, if there is any. */
  async release(anyServer: ServerId): Promise<void> {
    const { late } = await this.harness.store.survey(EVERYBODY);
    const held = late.filter((found) => found.held).map(({ server }) => server);
    const server = held.length > 0 && this.random.chance(0.8) ? this.random.pick(held) : anyServer;
    const record = await this.someRecord(server);
    if (record) await this.releaseAsSeen(record);
  }

  async changeProtection(): Promise<void> {
    const zone = this.random.pick(ZONES);
    const { store, policy } = this.harness;
    const { protections } = await store.survey(0);
    const before = protections.find((protection) => protection.zone === zone);
    const holdMaxMs = this.random.pick([policy.leaseTtlMs, policy.retentionMs * 10]);
    const change: ProtectionChange = !before
      ? { to: 'on', late: 3, servers: 4, holdMaxMs }
      : this.random.pick([{ to: 'off' }, { to: 'ended', reason: 'operator' }] as const);
    let changed = false;
    const when = await this.trials.during(async () => {
      changed = await store.changeProtection(zone, before?.version ?? 0, change);
    });
    this.trials.note(`protection of zone ${zone} ${change.to} → ${changed}`);
    const isExpected = before ? 'yes' : when.settled;
    if (isExpected !== 'maybe' && changed !== (isExpected === 'yes'))
      throw new Error(`the protection of zone ${zone} changed: ${changed}`);
    const until = change.to === 'on' ? later(when, holdMaxMs) : undefined;
    if (changed) this.oracle.beliefs.protectionChanged(zone, until);
  }

  /** What a reconciler knows of a server: mostly the newest. */
  private async someRecord(server: ServerId): Promise<ServerRecord | undefined> {
    const [record] = await this.harness.store.records([server]);
    if (record) this.seen = [record, ...this.seen].slice(0, SEEN_MAX);
    return this.seen.length > 0 && this.random.chance(0.2) ? this.random.pick(this.seen) : record;
  }

  private async holdAsSeen(record: ServerRecord): Promise<void> {
    const { policy, store } = this.harness;
    const vouch: Vouch = {
      cause: this.random.pick(['probe', 'protection'] as const),
      by: this.random.pick(RECONCILERS),
      verdictTtlMs: this.random.pick([policy.gapMs, policy.leaseTtlMs * 2]),
      holdMaxMs: this.random.pick([policy.leaseTtlMs, policy.retentionMs * 10]),
    };
    const { server } = record;
    let outcome: HoldOutcome | undefined;
    const when = await this.trials.during(async () => {
      outcome = await store.hold(record, vouch);
    });
    const kind = outcome?.kind;
    this.trials.note(`hold ${server} ${record.boot}.${record.sequence} ${vouch.cause} → ${kind}`);
    const { beliefs } = this.oracle;
    const truth = this.oracle.truth(server, when);
    const mayBeReplaced = this.oracle.mayBeReplaced(server, when);
    const expected = beliefs.expectedHolds(truth, record, vouch, mayBeReplaced, when);
    this.trials.compare('the hold', kind, expected);
    if (kind !== 'held') return;
    this.oracle.held(server, vouch.cause, when);
    beliefs.vouched(server, vouch, when);
  }

  private async releaseAsSeen(record: ServerRecord): Promise<void> {
    const release: Release = {
      reason: this.random.pick(['dead', 'dead', 'dead', 'hold-expired', 'replaced'] as const),
      by: this.random.pick(RECONCILERS),
      confirmed: this.random.chance(0.5),
    };
    const { server } = record;
    const { beliefs } = this.oracle;
    let outcome: ReleaseOutcome | undefined;
    const when = await this.trials.during(async () => {
      outcome = await this.harness.store.release(record, release);
    });
    const kind = outcome?.kind;
    this.trials.note(`release ${server} ${JSON.stringify(release)} → ${kind}`);
    const truth = this.oracle.truth(server, when);
    this.trials.compare(
      'the release',
      kind,
      beliefs.expectedReleases(
        truth,
        record,
        release,
        this.oracle.mayBeReplaced(server, when),
        when,
      ),
    );
    if (kind) beliefs.released(record, release, kind, when);
    if (truth && kind === 'evicted') this.oracle.struckOff(server, truth.fence, when);
  }
}

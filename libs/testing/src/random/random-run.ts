import { isDeepStrictEqual } from 'node:util';
import type {
  GrantOutcome,
  LapsedServer,
  Report,
  ReportOutcome,
  ServerId,
  TokenDigest,
} from '@rollcall/domain';
import { localId, serverId } from '../builders/ids';
import { RollTime } from '../conformance/roll-time';
import type { StoreHarness } from '../conformance/store-harness';
import { RandomBeliefs } from './random-beliefs';
import { RandomReports } from './random-reports';
import { later, type Certainty } from './moments';
import { violationsIn } from './roll-checks';
import { RollOracle, type Circumstances, type RollState } from './roll-oracle';
import { takeSnapshot } from './roll-snapshot';
import type { SeededRandom } from './seeded-random';

const SERVERS = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4'].map(serverId);
const LOCALS = ['console', 'alice', 'bob', 'carol', 'dave'].map(localId);
const BEATS_WHILE_WRITING = 0.6;

const WEIGHTS = {
  report: 24,
  beat: 18,
  everybodyBeats: 12,
  replay: 10,
  reboot: 5,
  reopen: 4,
  grantToken: 8,
  withdraw: 4,
  evictNow: 3,
  sweep: 6,
  hold: 10,
  holdTheLate: 6,
  release: 6,
  changeProtection: 3,
  pauseUntilLate: 4,
  lateEviction: 4,
  renew: 4,
  pauseShort: 5,
  pauseSilent: 2,
  pauseUntilLapsed: 2,
  outage: 2,
  forget: 0.4,
  settle: 3,
  lose: 0.7,
};
type Operation = keyof typeof WEIGHTS;

/** Plays random operations on a store, and compares it with the oracle after each. */
export class RandomRun {
  readonly trace: string[] = [];
  private readonly oracle: RollOracle;
  private readonly time: RollTime;
  private readonly reports: RandomReports;
  private readonly beliefs: RandomBeliefs;
  private scans: LapsedServer[] = [];
  private unsettledUntilMs = 0;
  private tokensGranted = 0;

  constructor(
    private readonly harness: StoreHarness,
    private readonly random: SeededRandom,
  ) {
    this.oracle = new RollOracle(harness.policy);
    this.time = new RollTime(harness);
    this.reports = new RandomReports(random, LOCALS);
    this.beliefs = new RandomBeliefs(harness, random, this.oracle, {
      during: (act) => this.during(act),
      compare: (what, got, expected) => this.compare(what, got, expected),
      note: (text) => this.note(text),
    });
  }

  async start(): Promise<void> {
    await this.lose();
  }

  /** One random operation, then a look at everything; throws at the first violation. */
  async next(): Promise<void> {
    await this.perform(this.random.weighted(WEIGHTS));
    await this.look();
  }

  private async perform(operation: Operation): Promise<void> {
    const { store, policy } = this.harness;
    const server = this.random.pick(SERVERS);
    switch (operation) {
      case 'report':
        return this.send(this.reports.changed(server));
      case 'beat':
        return this.send(this.reports.following(server));
      case 'everybodyBeats':
        return this.beat(SERVERS);
      case 'replay':
        return this.sendIfAny(this.reports.earlier());
      case 'reboot':
        return this.send(this.reports.ofNextBoot(server));
      case 'reopen':
        return this.send(this.reports.reopening(server));
      case 'grantToken':
        return this.grantToken(server);
      case 'withdraw':
        return this.withdraw(server);
      case 'evictNow':
        return this.evictNow(server);
      case 'sweep':
        return this.sweep();
      case 'hold':
        return this.beliefs.hold(server);
      case 'holdTheLate':
        return this.beliefs.holdTheLate();
      case 'release':
        return this.beliefs.release(server);
      case 'changeProtection':
        return this.beliefs.changeProtection();
      case 'pauseUntilLate':
        return this.writeFor(policy.lateAfterMs * 1.1, this.random.subset(SERVERS, 0.3));
      case 'lateEviction':
        return this.evict(this.random.pick([...this.scans, this.reports.asSeen(server)]));
      case 'renew':
        await store.renew();
        return this.note('renew');
      case 'pauseShort':
        return this.pause(policy.gapMs * this.random.fraction());
      case 'pauseSilent':
        return this.pause(policy.gapMs * 1.5);
      case 'pauseUntilLapsed':
        return this.writeFor(policy.leaseTtlMs * 1.1, this.random.subset(SERVERS, 0.4));
      case 'outage':
        return this.pause(policy.leaseTtlMs * 1.1);
      case 'forget':
        return this.pause(policy.retentionMs * 1.01);
      case 'settle':
        return this.settle(this.random.subset(SERVERS, BEATS_WHILE_WRITING));
      case 'lose':
        return this.lose();
    }
  }

  private async look(): Promise<void> {
    const snapshot = await takeSnapshot(this.harness, SERVERS, LOCALS);
    const violations = [...violationsIn(snapshot, this.oracle), ...(await this.tokenViolations())];
    if (snapshot.settled && snapshot.toMs < this.unsettledUntilMs)
      violations.push('the roll is settled too early');
    if (violations.length > 0) throw new Error(violations.join('\n'));
  }

  private async tokenViolations(): Promise<string[]> {
    const { store } = this.harness;
    const { tokens } = this.oracle;
    const looked = tokens.newest();
    const fromMs = await this.harness.now();
    const grants = await Promise.all(
      looked.map(({ session, digest }) => store.findGrant(session, digest)),
    );
    const now = { fromMs, toMs: await this.harness.now() };
    return looked.flatMap((token, index) => {
      const got = grants[index] === undefined ? 'no' : 'yes';
      const expected = tokens.isGood(token, now);
      return expected === 'maybe' || expected === got
        ? []
        : [`${token.digest} is good: ${got}, but should be: ${expected}`];
    });
  }

  private async grantToken(server: ServerId): Promise<void> {
    const { store, policy } = this.harness;
    const name = { server, session: this.random.pick(LOCALS) };
    const digest = `token ${++this.tokensGranted}` as TokenDigest;
    const ttlMs = this.random.pick([policy.gapMs, policy.leaseTtlMs, policy.retentionMs * 10]);
    let outcome: GrantOutcome | undefined;
    const when = await this.during(async () => {
      outcome = await store.grantToken(name, digest, { user: 'any' }, ttlMs);
    });
    this.note(`${digest} for ${server}~${name.session} for ${ttlMs} ms → ${outcome}`);
    this.compare('the grant', outcome, this.oracle.expectedGrants(name, when));
    if (outcome === 'granted') this.oracle.tokens.granted(name, digest, later(when, ttlMs));
  }

  private async send(report: Report): Promise<void> {
    let outcome: ReportOutcome | undefined;
    const when = await this.during(async () => {
      outcome = await this.harness.store.report(report);
    });
    this.note(`report ${JSON.stringify(report)} → ${outcome?.kind}`);
    this.compare('the report', outcome, this.oracle.expectedOutcomes(report.server, report, when));
    if (outcome?.kind !== 'applied') return;
    this.oracle.reported(report, when);
    this.reports.accepted(report);
  }

  private async sendIfAny(report: Report | undefined): Promise<void> {
    if (report) await this.send(report);
  }

  private async withdraw(server: ServerId): Promise<void> {
    const next = this.reports.following(server);
    const isLate = this.random.chance(0.3);
    const fence = { boot: next.boot, sequence: Math.max(1, next.sequence - (isLate ? 1 : 0)) };
    let outcome: ReportOutcome | undefined;
    const when = await this.during(async () => {
      outcome = await this.harness.store.withdraw(server, fence);
    });
    this.note(`withdraw ${server} ${fence.boot}.${fence.sequence} → ${outcome?.kind}`);
    this.compare('the withdrawal', outcome, this.oracle.expectedOutcomes(server, fence, when));
    if (outcome?.kind !== 'applied') return;
    this.oracle.struckOff(server, fence, when);
    this.reports.withdrawn({ ...next, ...fence });
  }

  private async evictNow(server: ServerId): Promise<void> {
    let kind = '';
    const when = await this.during(async () => {
      kind = (await this.harness.store.evictNow(server)).kind;
    });
    this.note(`evictNow ${server} → ${kind}`);
    const truth = this.oracle.truth(server, when);
    if (truth?.report && kind !== 'evicted')
      throw new Error(`${server} is on the roll, but ${kind}`);
    if (truth && kind === 'evicted') this.oracle.struckOff(server, truth.fence, when);
  }

  private async sweep(): Promise<void> {
    const { lapsed } = await this.harness.store.findLapsed(this.random.pick([1, 2, 10]));
    this.scans = [...lapsed, ...this.scans].slice(0, SERVERS.length * 2);
    for (const server of this.random.subset(lapsed, 0.8)) await this.evict(server);
  }

  private async evict(seen: LapsedServer): Promise<void> {
    let kind = '';
    const when = await this.during(async () => {
      kind = (await this.harness.store.evict(seen)).kind;
    });
    this.note(`evict ${JSON.stringify(seen)} → ${kind}`);
    this.compare('the eviction', kind, this.oracle.expectedEvictions(seen, when));
    const truth = this.oracle.truth(seen.server, when);
    if (truth && kind === 'evicted') this.oracle.struckOff(seen.server, truth.fence, when);
  }

  private async pause(ms: number): Promise<void> {
    await this.time.passSilently(ms);
    this.note(`nobody writes for ${ms} ms`);
    const { gapMs, settleAfterMs } = this.harness.policy;
    if (ms > gapMs) this.unsettledUntilMs = (await this.harness.now()) + settleAfterMs;
  }

  private async writeFor(ms: number, beating: readonly ServerId[]): Promise<void> {
    await this.time.passWriting(ms, () => this.beat(beating));
    this.note(`written for ${ms} ms by ${beating.join(', ') || 'renewals'}`);
  }

  private async settle(beating: readonly ServerId[]): Promise<void> {
    const { settleAfterMs, judgedAfterMs } = this.harness.policy;
    await this.time.settle(() => this.beat(beating));
    const andJudged = this.random.chance(0.5);
    if (andJudged)
      await this.time.passWriting(judgedAfterMs - settleAfterMs, () => this.beat(beating));
    this.note(`settled${andJudged ? ' and judged' : ''}, beating: ${beating.join(', ')}`);
  }

  private async lose(): Promise<void> {
    await this.harness.clear();
    this.oracle.lostEverything();
    this.unsettledUntilMs = (await this.harness.now()) + this.harness.policy.settleAfterMs;
    this.note('everything is lost');
  }

  private async beat(servers: readonly ServerId[]): Promise<void> {
    for (const server of servers) await this.send(this.reports.following(server));
  }

  /** Does it, and finds out when, and whether the roll was heard, settled and judged all along. */
  private async during(act: () => Promise<void>): Promise<Circumstances> {
    const before = await this.rollState();
    const fromMs = await this.harness.now();
    await act();
    const toMs = await this.harness.now();
    const after = await this.rollState();
    const isQuick = toMs - fromMs < this.harness.policy.gapMs;
    const allAlong = (state: keyof RollState): Certainty =>
      isQuick && before[state] === after[state] ? (after[state] ? 'yes' : 'no') : 'maybe';
    return {
      ...{ fromMs, toMs },
      ...{ heard: allAlong('heard'), settled: allAlong('settled'), judged: allAlong('judged') },
    };
  }

  private async rollState(): Promise<RollState> {
    const { store } = this.harness;
    const [{ heard }, { settled, judged }] = await Promise.all([
      store.survey(0),
      store.findLapsed(0),
    ]);
    return { heard, settled, judged };
  }

  private compare(what: string, got: unknown, expected: readonly unknown[]): void {
    if (expected.some((outcome) => isDeepStrictEqual(outcome, got))) return;
    const texts = expected.map((outcome) => JSON.stringify(outcome));
    throw new Error(`${what} should be ${texts.join(' or ')}, and is ${JSON.stringify(got)}`);
  }

  private note(text: string): void {
    this.trace.push(text);
  }
}

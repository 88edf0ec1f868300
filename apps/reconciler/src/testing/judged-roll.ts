import {
  beliefPolicy,
  DEFAULT_BELIEF,
  sweep,
  type BeliefSettings,
  type Endpoint,
  type EvictionReason,
  type ProbeResult,
  type ServerId,
} from '@rollcall/domain';
import { Metrics } from '@rollcall/observability';
import {
  aReport,
  FakeClock,
  InMemorySessionStore,
  publicId,
  serverId,
  type ReportTraits,
} from '@rollcall/testing';
import { JudgeLog } from '../judge/judge.log';
import { JudgeMetrics } from '../judge/judge.metrics';
import { JudgeService } from '../judge/judge.service';
import { ProbePool } from '../judge/probe-pool';
import { ProtectionService } from '../judge/protection.service';

const STEP_MS = 100;
const FIRST_PORT = 10_000;

/** Longer than any test. */
const HANGS_MS = 100_000_000;

/** How a host's DCV port behaves towards a reconciler. */
export type Port = 'answers' | 'refuses' | 'drops' | 'trouble' | 'hangs';

export interface Host {
  readonly server: ServerId;
  readonly endpoint: Endpoint;
  readonly zone: string;
  reports: boolean;
  port: Port;
}

/** What a client was told of a host's session, and when. */
export interface Seen {
  readonly atMs: number;
  readonly server: string;
  readonly answer: 'live' | 'held' | 'protected' | 'not-found' | 'unsettled';
}

export interface Reconciler {
  readonly judge: JudgeService;
  readonly metrics: Metrics;
  readonly probed: string[];
  /** What this reconciler alone sees of a port; what is not here is as it is. */
  readonly sees: Map<string, Port>;
}

/** A roll in memory with virtual time: hosts that report and listen, sweeps, reconcilers that judge, and a client that asks. */
export class JudgedRoll {
  readonly clock = new FakeClock();
  readonly store = new InMemorySessionStore({ clock: this.clock });
  readonly policy = this.store.policy;
  readonly hosts: Host[] = [];
  readonly seen: Seen[] = [];
  private readonly belief;
  private readonly reconcilers: Reconciler[] = [];
  private sequence = 0;
  private passedMs = 0;
  private sweeping = true;

  constructor(settings: Partial<BeliefSettings> = {}) {
    this.belief = beliefPolicy({ ...DEFAULT_BELIEF, ...settings });
  }

  get nowMs(): number {
    return this.passedMs;
  }

  /** Hosts that report and listen, each for its own part of the interval. */
  addHosts(count: number, zone = '', traits: ReportTraits = {}): Host[] {
    const added = Array.from({ length: count }, (): Host => {
      const number = this.hosts.length + 1;
      const server = serverId(`gpu-${number}`);
      const { endpoint } = aReport({ ...traits, endpoint: { httpPort: FIRST_PORT + number } });
      const host: Host = { server, endpoint, zone, reports: true, port: 'answers' };
      this.hosts.push(host);
      return host;
    });
    return added;
  }

  startReconciler({ random = (): number => 0.5 } = {}): Reconciler {
    const metrics = new Metrics();
    const { store, belief } = this;
    const pool = new ProbePool(belief.probeConcurrency);
    const probed: string[] = [];
    const sees = new Map<string, Port>();
    const now = () => this.passedMs;
    const policy = { ...this.policy, ...belief };
    const judge = new JudgeService({
      store,
      protection: new ProtectionService(store, policy),
      prober: { probe: (endpoint) => this.probe(endpoint, sees, probed), stop: () => undefined },
      pool,
      metrics: new JudgeMetrics(metrics, pool),
      log: new JudgeLog(now),
      policy,
      by: `reconciler-${this.reconcilers.length + 1}`,
      now,
      random,
    });
    const reconciler = { judge, metrics, probed, sees };
    this.reconcilers.push(reconciler);
    judge.start();
    return reconciler;
  }

  /** From now on nobody sweeps. */
  stopSweeping(): void {
    this.sweeping = false;
  }

  /** Lets time pass for everybody; a client asks for every host's session at each step. */
  async pass(ms: number): Promise<void> {
    for (let end = this.passedMs + ms; this.passedMs < end;) {
      this.passedMs += STEP_MS;
      this.clock.advance(STEP_MS);
      await jest.advanceTimersByTimeAsync(STEP_MS);
      await this.act().catch(() => undefined);
      await this.look().catch(() => undefined);
    }
  }

  /** Lets the store's and everybody's time pass, but nobody does anything: the process stands still. */
  standStill(ms: number): void {
    this.passedMs += ms;
    this.clock.advance(ms);
  }

  /** The machine sleeps: nobody does anything, and its own clocks stand still as well. */
  sleep(ms: number): void {
    this.clock.advance(ms);
  }

  /** Until the roll is settled and every host is on it. */
  async settle(): Promise<void> {
    await this.pass(this.policy.settleAfterMs + this.policy.intervalMs);
    this.seen.splice(0);
  }

  /** The answers a client got for a host since a moment. */
  answersOf(host: Host, sinceMs = 0): Seen['answer'][] {
    return this.seen
      .filter(({ server, atMs }) => server === host.server && atMs > sinceMs)
      .map(({ answer }) => answer);
  }

  /** When a client was first told that there is no such session, after this moment. */
  lostAtMs(host: Host, sinceMs = 0): number | undefined {
    return this.seen.find(
      ({ server, atMs, answer }) =>
        server === host.server && atMs > sinceMs && answer === 'not-found',
    )?.atMs;
  }

  /** Who was struck off, for what. */
  losses(reason?: EvictionReason): string[] {
    return this.store
      .events()
      .filter((event) => event['type'] === 'server.lost')
      .filter((event) => reason === undefined || event['reason'] === reason)
      .map((event) => event['server'] ?? '');
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.reconcilers.map(({ judge }) => judge.stop()));
    await jest.advanceTimersByTimeAsync(HANGS_MS);
    await stopping;
  }

  private async act(): Promise<void> {
    const { intervalMs, sweepIntervalMs } = this.policy;
    if (this.passedMs % sweepIntervalMs === 0) {
      await this.store.renew();
      if (this.sweeping) await sweep(this.store);
    }
    for (const [index, { reports, server, endpoint, zone }] of this.hosts.entries()) {
      const ownMs = Math.floor((index * intervalMs) / this.hosts.length / STEP_MS) * STEP_MS;
      if (!reports || this.passedMs % intervalMs !== ownMs) continue;
      const sequence = ++this.sequence;
      await this.store.report(aReport({ server, endpoint, zone, sequence, sessions: ['own'] }));
    }
  }

  private async look(): Promise<void> {
    for (const { server } of this.hosts) {
      const evidence = await this.store.lookup(publicId(`${server}~own`));
      const answer =
        evidence.kind === 'answer'
          ? evidence.mark
          : evidence.kind === 'absent' && !evidence.settled
            ? 'unsettled'
            : 'not-found';
      this.seen.push({ atMs: this.passedMs, server, answer });
    }
  }

  private probe(
    { httpPort }: Endpoint,
    sees: ReadonlyMap<string, Port>,
    probed: string[],
  ): Promise<ProbeResult> {
    const host = this.hosts.find(({ endpoint }) => endpoint.httpPort === httpPort);
    const { probeTimeoutMs } = this.belief;
    probed.push(host?.server ?? '');
    const later = (result: ProbeResult, ms: number): Promise<ProbeResult> =>
      new Promise((resolve) => setTimeout(resolve, ms, result));
    switch (sees.get(host?.server ?? '') ?? host?.port) {
      case 'answers':
        return later('answered', 1);
      case 'refuses':
        return later('refused', probeTimeoutMs);
      case 'drops':
        return later('silent', 2 * probeTimeoutMs);
      case 'hangs':
        return later('inconclusive', HANGS_MS);
      default:
        return later('inconclusive', 1);
    }
  }
}

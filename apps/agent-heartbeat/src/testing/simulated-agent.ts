import {
  DEFAULT_TIMINGS,
  leasePolicy,
  type LocalId,
  type Report,
  type ReportStore,
  type ServerId,
} from '@rollcall/domain';
import { Metrics } from '@rollcall/observability';
import type { StopMode } from '../settings/host.settings';
import { AgentMetrics } from '../agent.metrics';
import type { Agent } from '../agent.service';
import { assembleAgent } from '../assemble-agent';
import type { DcvReading } from '../dcv/dcv-reader';
import type { Conflict } from '../heartbeat/conflicts';
import type { ToldSessionsFile } from '../heartbeat/told-sessions.file';

export interface SimulatedAgentTraits {
  readonly server?: string;
  readonly boot?: number;
  readonly returning?: boolean;
  readonly stop?: StopMode;
  readonly random?: () => number;
  readonly agentMetrics?: AgentMetrics;
  readonly toldFile?: ToldSessionsFile;
}

export const POLICY = leasePolicy(DEFAULT_TIMINGS);
export const POLL_MS = 2_000;
export const GRACE_MS = 30_000;

export function lists(...ids: string[]): DcvReading & { kind: 'listed' } {
  return { kind: 'listed', ids: ids as LocalId[], createdAtMs: new Map(), unusable: [] };
}

/** A list of one session, and when it was created. */
export function listsCreated(id: string, atMs: number): DcvReading & { kind: 'listed' } {
  return { ...lists(id), createdAtMs: new Map([[id as LocalId, atMs]]) };
}

export const fails: DcvReading = {
  kind: 'failed',
  failure: 'exit-code',
  reason: 'dcv ended with code 1',
};

export const never = new Promise<never>(() => undefined);

/** A whole agent but for its processes: what `dcv` says and the store are a test's own, and time is Jest's. */
export class SimulatedAgent {
  /** What `dcv` says from now on. */
  dcv: DcvReading | Promise<DcvReading> = lists('console');
  readonly sent: { readonly atMs: number; readonly report: Report }[] = [];
  readonly pingedAtMs: number[] = [];
  readingsUnderWayMax = 0;
  plannedStops = 0;
  conflict?: Conflict;
  readonly agent: Agent;
  readonly metrics = new Metrics();
  /** The store's connection has left a server that is no longer the master. */
  leftMaster: () => void = () => undefined;
  private readingsUnderWay = 0;
  private readonly startedAtMs = performance.now();

  constructor(store: ReportStore, traits: SimulatedAgentTraits = {}) {
    const { server = 'gpu-1', boot = 1, returning = true, stop = 'leave' } = traits;
    const { random = () => 0.5, agentMetrics = new AgentMetrics(this.metrics) } = traits;
    const { toldFile } = traits;
    this.agent = assembleAgent({
      identity: { server: server as ServerId, boot, origin: 'kept' },
      endpoint: { host: '10.0.0.1', httpPort: 8443, quicPort: 8443, webUrlPath: '/' },
      zone: 'a',
      policy: POLICY,
      store: this.watched(store),
      read: (signal) => this.read(signal),
      dcv: { timeoutMs: 10_000, pollIntervalMs: POLL_MS, graceMs: GRACE_MS },
      told: {
        before: toldFile?.before ?? new Map(),
        keep: (told) => toldFile?.keep(told),
      },
      notePlannedStop: () => (this.plannedStops += 1),
      onLeftMaster: (tell) => (this.leftMaster = tell),
      observer: agentMetrics,
      ...{ returning, stop, random },
    });
  }

  start(): this {
    void this.agent.run().then((conflict) => (this.conflict = conflict));
    return this;
  }

  get reports(): Report[] {
    return this.sent.map(({ report }) => report);
  }

  /** When each report was sent, in milliseconds since the agent was made. */
  get moments(): number[] {
    return this.sent.map(({ atMs }) => Math.round(atMs));
  }

  get lists(): (readonly string[] | 'unknown' | 'withheld')[] {
    return this.reports.map(({ sessions }) =>
      sessions.kind === 'listed' ? sessions.ids : sessions.kind,
    );
  }

  /** What each report said was reopened. */
  get reopened(): (readonly string[])[] {
    return this.reports.map(
      ({ sessions }) => (sessions.kind === 'listed' && sessions.reopened) || [],
    );
  }

  private async read(signal: AbortSignal): Promise<DcvReading> {
    this.readingsUnderWayMax = Math.max(this.readingsUnderWayMax, ++this.readingsUnderWay);
    let end = () => {};
    const aborted = new Promise<DcvReading>((resolve) => (end = () => resolve(fails)));
    signal.addEventListener('abort', end);
    const reading = await Promise.race([this.dcv, aborted]);
    signal.removeEventListener('abort', end);
    this.readingsUnderWay -= 1;
    return reading;
  }

  private watched(store: ReportStore): ReportStore {
    return {
      report: async (report) => {
        this.sent.push({ atMs: performance.now() - this.startedAtMs, report });
        return store.report(report);
      },
      withdraw: (server, fence) => store.withdraw(server, fence),
      giveWay: (server, fence) => store.giveWay(server, fence),
      time: () => store.time(),
      ping: () => {
        this.pingedAtMs.push(performance.now() - this.startedAtMs);
        return store.ping();
      },
    };
  }
}

import { Metrics } from '@rollcall/observability';
import type { DcvFailure } from './dcv/dcv-reader';
import type { Roster } from './roster/roster';
import type { SendOutcome } from './heartbeat/reporter';

const DCV_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Hears how an agent's reports and readings fare. */
export interface AgentObserver {
  reportFinished(outcome: SendOutcome['kind'], durationMs: number): void;
  dcvRead(outcome: 'ok' | DcvFailure, durationMs: number): void;
  rosterChanged(roster: Roster, unusable: number): void;
  /** The host's clock is so far ahead of the store's. */
  clockSkewed(skewMs: number): void;
}

/** What an operator can watch of one agent; no session id and no server id in a label. */
export class AgentMetrics implements AgentObserver {
  private readonly reports;
  private readonly reportSeconds;
  private readonly dcvReads;
  private readonly dcvSeconds;
  private readonly sessions;
  private readonly leftOut;
  private readonly lastApplied;
  private readonly clockSkew;

  constructor(metrics: Metrics) {
    this.reports = metrics.counter({
      name: 'reports_total',
      help: 'Reports sent, by what became of them',
      labelNames: ['outcome'],
    });
    this.reportSeconds = metrics.histogram({
      name: 'report_duration_seconds',
      help: 'From sending a report to its outcome',
    });
    this.dcvReads = metrics.counter({
      name: 'dcv_reads_total',
      help: 'Readings of dcv list-sessions, by how they ended',
      labelNames: ['outcome'],
    });
    this.dcvSeconds = metrics.histogram({
      name: 'dcv_read_duration_seconds',
      help: 'Duration of dcv list-sessions',
      buckets: DCV_BUCKETS_SECONDS,
    });
    this.sessions = metrics.gauge({
      name: 'agent_sessions',
      help: 'Sessions in the last good reading that reports carry',
    });
    this.leftOut = metrics.gauge({
      name: 'agent_sessions_left_out',
      help: 'Sessions in the last good reading that reports cannot carry, by reason',
      labelNames: ['reason'],
    });
    this.lastApplied = metrics.gauge({
      name: 'last_report_applied_timestamp_seconds',
      help: 'When the store last applied a report, by the clock of this host; 0 before the first',
    });
    this.clockSkew = metrics.gauge({
      name: 'clock_skew_seconds',
      help: 'How far the clock of this host is ahead of the store’s; nothing depends on it',
    });
  }

  reportFinished(outcome: SendOutcome['kind'], durationMs: number): void {
    this.reports.inc({ outcome });
    this.reportSeconds.observe(durationMs / 1000);
    if (outcome === 'applied') this.lastApplied.setToCurrentTime();
  }

  dcvRead(outcome: 'ok' | DcvFailure, durationMs: number): void {
    this.dcvReads.inc({ outcome });
    this.dcvSeconds.observe(durationMs / 1000);
  }

  clockSkewed(skewMs: number): void {
    this.clockSkew.set(skewMs / 1000);
  }

  rosterChanged({ ids = [], overflow }: Roster, unusable: number): void {
    this.sessions.set(ids.length);
    this.leftOut.set({ reason: 'unusable-id' }, unusable);
    this.leftOut.set({ reason: 'too-many' }, overflow);
  }
}

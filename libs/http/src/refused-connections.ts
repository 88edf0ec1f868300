import type { BoundedLog, BoundedLogs, LogRule, Metrics } from '@rollcall/observability';

/** Why a connection is closed at once: its address has too many, or the port has. */
export const CONNECTION_REFUSALS = ['address', 'port'] as const;
export type ConnectionRefusal = (typeof CONNECTION_REFUSALS)[number];

const RULE: LogRule = { level: 'warn', linesMax: 3 };

const RULES: Readonly<Record<ConnectionRefusal, LogRule>> = { address: RULE, port: RULE };

const HINTS: Readonly<Record<ConnectionRefusal, string>> = {
  address: 'this address has as many connections to this port as one may have',
  port: 'this port has as many connections as it may have',
};

/** Counts and logs connections that are one too many. */
export class RefusedConnections {
  private readonly count: (reason: ConnectionRefusal) => void;
  private readonly lines: BoundedLog<ConnectionRefusal>;

  constructor(metrics: Metrics, logs: BoundedLogs) {
    const refused = metrics.counter({
      name: 'connections_refused_total',
      help: 'Connections closed at once, by who has too many: the address that they come from, or the port',
      labelNames: ['reason'],
    });
    for (const reason of CONNECTION_REFUSALS) refused.inc({ reason }, 0);
    this.count = (reason) => refused.inc({ reason });
    this.lines = logs.of('refused connection', RULES);
  }

  /** `setting` is that of the port it came to. */
  refused(reason: ConnectionRefusal, setting: string, sourceAddress = ''): void {
    this.count(reason);
    if (!this.lines.admits(reason)) return;
    this.lines.write(reason, { port: setting, sourceAddress, hint: HINTS[reason] });
  }
}

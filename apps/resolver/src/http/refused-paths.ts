import type { BoundedLog, BoundedLogs, LogRule, Metrics } from '@rollcall/observability';

/** Why there is nothing at a path: the prefix is not there, it is the other port's, or it is nobody's. */
export const PATH_REFUSALS = ['prefix', 'port', 'path'] as const;
export type PathRefusal = (typeof PATH_REFUSALS)[number];

/** A gateway takes the answer for "no such session": who set it up has only this line. */
const RULE: LogRule = { level: 'warn', linesMax: 10 };

const RULES: Readonly<Record<PathRefusal, LogRule>> = { prefix: RULE, port: RULE, path: RULE };

const HINTS: Readonly<Record<PathRefusal, string>> = {
  prefix: 'the path does not begin with RESOLVER_PATH_PREFIX',
  port: 'the path is served on the other port',
  path: 'no such path is served',
};

/** Counts and logs requests at paths where nothing is; never the path itself, which may hold the secret prefix. */
export class RefusedPaths {
  private readonly count: (reason: PathRefusal) => void;
  private readonly lines: BoundedLog<PathRefusal>;

  constructor(metrics: Metrics, logs: BoundedLogs) {
    const refused = metrics.counter({
      name: 'requests_refused_total',
      help: 'Requests answered PATH_NOT_FOUND, by why there is nothing at their path',
      labelNames: ['reason'],
    });
    for (const reason of PATH_REFUSALS) refused.inc({ reason }, 0);
    this.count = (reason) => refused.inc({ reason });
    this.lines = logs.of('refused request', RULES);
  }

  /** `setting` is that of the port it came in on. */
  refused(reason: PathRefusal, setting: string, sourceAddress = ''): void {
    this.count(reason);
    if (!this.lines.admits(reason)) return;
    this.lines.write(reason, { port: setting, sourceAddress, hint: HINTS[reason] });
  }
}

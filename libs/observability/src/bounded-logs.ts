import { BoundedLog, type LeveledLogger, type LogRule } from './bounded-log';

const PERIOD_MS = 10_000;

/** All bounded logs of a process, whose periods begin and end together. */
export class BoundedLogs {
  private readonly logs: { nextPeriod(): void }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly logger: LeveledLogger) {}

  /** A log of something that has outcomes; `subject` is what that is. */
  of<Outcome extends string>(
    subject: string,
    rules: Readonly<Record<Outcome, LogRule>>,
  ): BoundedLog<Outcome> {
    const log = new BoundedLog(this.logger, rules, subject);
    this.logs.push(log);
    return log;
  }

  start(): void {
    this.timer = setInterval(() => this.nextPeriod(), PERIOD_MS);
  }

  /** Ends the last period, too. */
  stop(): void {
    clearInterval(this.timer);
    this.nextPeriod();
  }

  nextPeriod(): void {
    for (const log of this.logs) log.nextPeriod();
  }
}

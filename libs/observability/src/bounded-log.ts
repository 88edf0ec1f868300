import type { Logger } from 'pino';

export type Level = 'debug' | 'info' | 'warn';
export type LeveledLogger = Pick<Logger, Level | 'isLevelEnabled'>;

/** How an outcome is logged. */
export interface LogRule {
  readonly level: Level;
  /** Lines per period; what comes beyond is counted, and told at the period's end. */
  readonly linesMax: number;
}

/** No bound on the lines of an outcome. */
export const EACH = Number.POSITIVE_INFINITY;

/** Of what is refused one by one, each for a reason of its own. */
export const REFUSAL: LogRule = { level: 'info', linesMax: 100 };
/** Of what comes in numbers when it comes, as all do in an outage: one line says it, and a count. */
export const OUTAGE: LogRule = { level: 'warn', linesMax: 1 };

interface Tally {
  lines: number;
  unlogged: number;
}

/** One line per outcome of something that happens often, bounded per outcome and period. */
export class BoundedLog<Outcome extends string> {
  private readonly tallies = new Map<Outcome, Tally>();

  constructor(
    private readonly logger: LeveledLogger,
    private readonly rules: Readonly<Record<Outcome, LogRule>>,
    /** What it is that has outcomes: the message of each line. */
    private readonly subject: string,
  ) {}

  /** Whether the outcome gets a line now; counts it either way. */
  admits(outcome: Outcome): boolean {
    const { level, linesMax } = this.rules[outcome];
    if (!this.logger.isLevelEnabled(level)) return false;
    if (linesMax === EACH) return true;
    const tally = this.tallyOf(outcome);
    if (tally.lines < linesMax) {
      tally.lines++;
      return true;
    }
    tally.unlogged++;
    return false;
  }

  write(outcome: Outcome, details: object, message = this.subject): void {
    this.logger[this.rules[outcome].level]({ outcome, ...details }, message);
  }

  /** Ends a period: tells what was not logged in it, and starts to count anew. */
  nextPeriod(): void {
    for (const [outcome, { unlogged }] of this.tallies) {
      if (unlogged > 0) {
        this.write(outcome, { unlogged }, `more ${this.subject}s, not logged one by one`);
      }
    }
    this.tallies.clear();
  }

  private tallyOf(outcome: Outcome): Tally {
    const tally = this.tallies.get(outcome) ?? { lines: 0, unlogged: 0 };
    this.tallies.set(outcome, tally);
    return tally;
  }
}

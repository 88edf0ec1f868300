/** Name of the queue the scheduled sweep runs on. */
export const SWEEP_QUEUE = 'sweep';

/** Name of the job and of its scheduler. */
export const SWEEP_JOB = 'sweep';

/** What a finished sweep returns: shown on the board, and by `rollcall sweep`. */
export interface SweepResult {
  /** Servers whose lease was over when the sweep looked. */
  readonly lapsed: number;
  /** Servers struck off. */
  readonly evicted: number;
  /** Sessions that went with them. */
  readonly sessions: number;
  /** Servers left alone: the roll was not settled, or a report arrived in between. */
  readonly spared: number;
}

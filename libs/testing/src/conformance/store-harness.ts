import type { LeasePolicy, SessionStore } from '@rollcall/domain';
import type { FlatEvent } from '../store/event-log';

/** A store under test, with its time in the suite's hands. */
export interface StoreHarness {
  readonly store: SessionStore;
  /** The timings the store was made with. */
  readonly policy: LeasePolicy;
  /**
   * How much longer than planned a test may take, in milliseconds: 1 for a fake clock; where time is real as much as the
   * machine is likely to lose within one test, at most half the gap.
   */
  readonly slackMs: number;
  /** The moment, by the store's clock. */
  now(): Promise<number>;
  /** Lets so many milliseconds pass on the store's clock, lapses included. */
  advance(ms: number): Promise<void>;
  /** Lets the guess window pass (`GUESS_WINDOW_MS`) for the wrong tokens counted so far. */
  endGuessWindow(): Promise<void>;
  /** The events the store holds, oldest first. */
  events(): Promise<FlatEvent[]>;
  /** Takes everything from the store, the way FLUSHALL does. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a harness; called once per suite. */
export type StoreHarnessFactory = () => Promise<StoreHarness>;

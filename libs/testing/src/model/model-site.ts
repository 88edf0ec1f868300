import type { LeasePolicy, SessionStore } from '@rollcall/domain';

/** Does a piece of an errand once it may happen. */
export type Gate = <T>(piece: () => Promise<T>) => Promise<T>;

/** One process that uses the store: an agent's boot, a reconciler, a resolver. */
export interface ModelProcess {
  /** Its store. */
  readonly store: SessionStore;
  /** Does some work with its store; each piece that the store does in one step waits for the gate. */
  gated<T>(gate: Gate, work: (store: SessionStore) => Promise<T>): Promise<T>;
}

/** Where a model is played: a store whose time stands still between steps, and that fails on command. */
export interface ModelSite {
  readonly policy: LeasePolicy;
  /** The moment, by the store's clock. */
  now(): number;
  /** Moves the store's clock, forwards or back; what lapses, lapses. */
  moveClock(ms: number): Promise<void>;
  process(): ModelProcess;
  /** Makes the store fail from now on, or work again. */
  fail(failure: 'refused' | 'unreachable' | undefined): Promise<void>;
  /** Takes everything from the store, the way FLUSHALL does. */
  lose(): Promise<void>;
  /** Back to an empty store that works, at the first moment. */
  reset(): Promise<void>;
  /** Names of everything the store holds, but the events; undefined when it cannot tell. */
  leftovers(): Promise<readonly string[] | undefined>;
  stop(): Promise<void>;
}

/** Makes a site; called once per suite. */
export type ModelSiteFactory = () => Promise<ModelSite>;

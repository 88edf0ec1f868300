import type {
  BeliefPolicy,
  EndpointPolicy,
  IdentityStore,
  LeasePolicy,
  SessionStore,
} from '@rollcall/domain';
import type { Doors } from '../connect/doors';
import type { Terminal } from '../terminal';

/** An entry of the event stream. */
export interface RollEvent {
  readonly id: string;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface EventReading {
  /** The id to read after: `$` for what comes from now on, `0` for all that is kept. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** Told when the connection is lost, and when it is there again. */
  readonly connectionLost: () => void;
  readonly connectionBack: () => void;
  /** Told how many events were trimmed away before they were read. */
  readonly missed: (events: number) => void;
  /** Told that the stream no longer holds all since `from`: the id of the oldest event it does. */
  readonly startsLate: (oldestId: string) => void;
}

/** The roll, as a command uses it. */
export interface Roll {
  /** Which setting says where the store is, and what, as it may be shown. */
  readonly address: string;
  readonly policy: LeasePolicy;
  readonly belief: BeliefPolicy;
  readonly endpoints: EndpointPolicy;
  /** How long a new link is good. */
  readonly tokenTtlMs: number;
  /** Where links lead when the command line does not say. */
  readonly doors: Doors;
  readonly store: SessionStore;
  /** Who may report through a door. */
  readonly identities: IdentityStore;
  /** Resolves once there is a connection; rejects with `StoreUnavailableError` when there is none in time. */
  ready(): Promise<void>;
  events(reading: EventReading): AsyncIterable<RollEvent>;
  close(): Promise<void>;
}

/** What every command is given. */
export interface Cli {
  readonly terminal: Terminal;
  openRoll(): Promise<Roll>;
  /** Resolves after the time, or as soon as the signal aborts. */
  pause(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Opens a link in the browser of this machine; tells whether that seems to have worked. */
  openLink(link: string): Promise<boolean>;
}

import type { EvictionOutcome } from './eviction';
import type { ServerId } from './ids';
import type { HoldCause, ServerRecord } from './server-record';

/** A server that has not reported for `lateAfterMs`, as a survey found it; one that said it is leaving is never late. */
export interface LateServer {
  readonly server: ServerId;
  /** Empty when it has none. */
  readonly zone: string;
  /** When its last report was applied, by the store's clock; with the server it names one silence. */
  readonly reportedAtMs: number;
  /** End of its lease, or of its hold. */
  readonly leaseEndsAtMs: number;
  readonly held: boolean;
  /** Another server has reported this one's endpoint since: whoever answers there is no evidence for this one. */
  readonly replaced: boolean;
}

/** How many servers of a zone are late. */
export interface ZoneSurvey {
  /** Empty for all servers without one. */
  readonly zone: string;
  /** On the roll, whatever their state. */
  readonly servers: number;
  /** Held ones too. */
  readonly late: number;
  /** Some that have reported last, at most `WITNESSES_PER_ZONE`: neither late nor leaving. */
  readonly witnesses: readonly ServerId[];
}

/** What is known of the late, reckoned from one moment of the store's clock. */
export interface Survey {
  readonly nowMs: number;
  /** Whether every live agent has reported: from then on judges look for those who live without one. */
  readonly heard: boolean;
  readonly settled: boolean;
  /** Servers on the roll. */
  readonly servers: number;
  /** Every zone of the roll; empty while fewer than `PROTECTION_SERVERS_MIN` are late and no zone has a protection: nobody has to count then. */
  readonly zones: readonly ZoneSurvey[];
  /** Those whose lease or hold ends first, at most as many as were asked for. */
  readonly late: readonly LateServer[];
  /** How many are late in all. */
  readonly lateTotal: number;
  /** The zones that are protected, or have been and are not yet armed again. */
  readonly protections: readonly Protection[];
}

/** Why a protection ended. */
export type ProtectionEnd =
  /** Fewer than half the threshold are late. */
  | 'recovered'
  /** An operator said so (`rollcall protect off`). */
  | 'operator'
  /** It lasted for `HOLD_MAX_MS`. */
  | 'time';

/** The protection of one zone: one record in the store, changed by compare-and-set. */
export interface Protection {
  readonly zone: string;
  /** Raised by every change; what is not there has version 0. */
  readonly version: number;
  /** `on`; or `ended` by an operator or by time, and not to start again before the late have become few. */
  readonly state: 'on' | 'ended';
  /** When this state began, by the store's clock. */
  readonly sinceMs: number;
  /** How many were late, of how many servers, when it began. */
  readonly late: number;
  readonly servers: number;
}

/** What a protection is to become, by compare-and-set. */
export type ProtectionChange =
  | {
      readonly to: 'on';
      readonly late: number;
      readonly servers: number;
      /** It protects nobody any more after so long, should no reconciler be there to end it. */
      readonly holdMaxMs: number;
    }
  /** Ends it, and keeps it from starting again until it is armed. */
  | { readonly to: 'ended'; readonly reason: Exclude<ProtectionEnd, 'recovered'> }
  /** Off and armed: from `on` the end of a protection (`recovered`), from `ended` no event. */
  | { readonly to: 'off' };

/** On whose word a server is held, and for how long at most. */
export interface Vouch {
  readonly cause: HoldCause;
  /** Id of the reconciler. */
  readonly by: string;
  /** How long a good verdict keeps others from releasing the server; written for the cause `probe` only. */
  readonly verdictTtlMs: number;
  readonly holdMaxMs: number;
}

/** What became of a hold. */
export type HoldOutcome =
  /** Believed for one more lease. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** A report arrived in between, and wins. */
  | { readonly kind: 'reported' }
  /** Not every live agent has reported yet, and it was not held before. */
  | { readonly kind: 'unsettled' }
  /** A live server reports its endpoint. */
  | { readonly kind: 'replaced' }
  /** It has been silent for `holdMaxMs`. */
  | { readonly kind: 'expired' }
  /** Not on the roll any more, or leaving. */
  | { readonly kind: 'gone' };

/** Why a held server is released. */
export type ReleaseReason =
  /** A probe was bad; under protection, confirmed. */
  | 'dead'
  /** It has been silent for `HOLD_MAX_MS`. */
  | 'hold-expired'
  /** Its endpoint is a live server's. */
  | 'replaced';

/** A release, as a reconciler decided on it. */
export interface Release {
  readonly reason: ReleaseReason;
  /** Id of the reconciler; its own good verdict does not stand against it. */
  readonly by: string;
  /** Whether the death is confirmed as protection demands it; other reasons need no confirmation. */
  readonly confirmed: boolean;
}

/** What became of a release. */
export type ReleaseOutcome =
  | EvictionOutcome
  /** As many were released within the last interval as protection allows. */
  | { readonly kind: 'paced' };

/** What a reconciler needs of the store to believe the silent. */
export interface BeliefStore {
  /**
   * Reads who is late, and what that means for each zone. Writes nothing. All of the late are read, however few are asked
   * for; in pages, so whoever reports meanwhile is told as before or as after it.
   */
  survey(lateMax: number): Promise<Survey>;
  /** Reads the records of those that are on the roll. */
  records(servers: readonly ServerId[]): Promise<ServerRecord[]>;
  /** Extends the lease of a late server, as the record says it was, by one lease; it need not be believed any more. */
  hold(server: ServerRecord, vouch: Vouch): Promise<HoldOutcome>;
  /**
   * Strikes a held server off, with its sessions, before its hold ends; for a bad probe not before the lease of its last
   * report has ended.
   */
  release(server: ServerRecord, release: Release): Promise<ReleaseOutcome>;
  /** Changes the protection of a zone, if it still has the version that was seen, and publishes it; tells whether it did. */
  changeProtection(zone: string, seenVersion: number, change: ProtectionChange): Promise<boolean>;
}

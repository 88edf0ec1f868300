import type { ServerId } from './ids';

/** SHA-256 of a server's token in base64url: all that a store ever sees of it. */
export type IdentityDigest = string & { readonly __brand: 'IdentityDigest' };

/** Most tokens of one server that are good at once: the one in use, and the one that is about to take its place. */
export const TOKENS_PER_SERVER_MAX = 2;

/**
 * How long a record that says nothing any more is kept: no token is good, and no certificate refused. Until then every
 * process has long seen it; from then on none may bring it back. A revocation is kept for ever: a certificate may outlive
 * any span.
 */
export const EMPTY_KEPT_MS = 30 * 86_400_000;

/** A token of a server, as the store knows it. */
export interface IdentityToken {
  readonly digest: IdentityDigest;
  /** By the store's clock. */
  readonly issuedAtMs: number;
}

/** Who may report as a server. */
export interface IdentityRecord {
  readonly server: ServerId;
  /** By the store's clock; of two records of one server the one that was changed later counts. */
  readonly changedAtMs: number;
  /** A certificate of this name is refused until it is admitted again; tokens that were issued since are good. */
  readonly revoked: boolean;
  /** The newest first. */
  readonly tokens: readonly IdentityToken[];
}

/** Every record there is; a server without one has no token, and may report with a certificate. */
export type Identities = ReadonlyMap<ServerId, IdentityRecord>;

/** What is to be believed, and what the store has lost of it. */
export interface ReconciledIdentities {
  readonly identities: Identities;
  readonly lost: readonly IdentityRecord[];
}

/**
 * Puts together what a process knew and what the store holds now. Records are only ever replaced by later ones, so one
 * that is missing or older in the store was lost there: by a FLUSHALL, or a failover that took the last writes with it.
 * @param nowMs the store's clock, to a day.
 */
export function reconcileIdentities(
  known: Identities,
  stored: Identities,
  nowMs: number,
): ReconciledIdentities {
  const lost = [...known.values()].filter(
    (record) => !isForgotten(record, nowMs) && isLater(record, stored.get(record.server)),
  );
  if (lost.length === 0) return { identities: stored, lost };
  return {
    identities: new Map([
      ...stored,
      ...lost.map((record): [ServerId, IdentityRecord] => [record.server, record]),
    ]),
    lost,
  };
}

function isLater(record: IdentityRecord, stored: IdentityRecord | undefined): boolean {
  return stored === undefined || record.changedAtMs > stored.changedAtMs;
}

function isForgotten({ revoked, tokens, changedAtMs }: IdentityRecord, nowMs: number): boolean {
  return !revoked && tokens.length === 0 && nowMs - changedAtMs >= EMPTY_KEPT_MS;
}

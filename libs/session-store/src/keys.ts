import {
  qualifiedId,
  type IpAddress,
  type LocalId,
  type ServerId,
  type SessionName,
} from '@rollcall/domain';

/** What names a roll: every key of it starts with `<prefix>:{<roll>}:` and so shares one slot of a Cluster. */
export interface RollName {
  readonly keyPrefix: string;
  readonly roll: string;
}

/** Every Redis key of one roll; no key is spelt anywhere else. */
export interface RollKeys {
  /** string, lease: `=` or `~`, answer, newline, local ids each with a newline: answers every qualified id of the server. */
  answer(server: ServerId): string;
  /** string, retention: fence, last known record or tombstone (scripts/include/record.lua). */
  record(server: ServerId): string;
  /** string, lease: who answers for the bare id (scripts/include/claims.lua). */
  bare(local: LocalId): string;
  /** string, retention: who answered last for the bare id. */
  known(local: LocalId): string;
  /** sorted set, longest claim, only while contested: server → end of its lease. */
  claims(local: LocalId): string;
  /** hash, longest claim, only while contested: server → its answer. */
  contest(local: LocalId): string;
  /** hash, longest token, only while there are any: digest of a token → its grant (scripts/include/grants.lua). */
  tokens(session: SessionName): string;
  /** string, guess window: how many wrong tokens came from an address, which is spelt as one hexadecimal number. */
  guesses(source: IpAddress | undefined): string;
  /** sorted set: server → end of its lease. */
  readonly due: string;
  /** string, retention: `since:last`, the moments since which and at which last the roll was written without a gap. */
  readonly pulse: string;
  /** string, gap: there exactly while the roll is settled. */
  readonly settled: string;
  /** string, retention: set when a sweep finishes; its TTL tells how long ago. */
  readonly swept: string;
  /** stream, capped: domain events. */
  readonly events: string;
  /** The six keys that every script striking or reporting in full starts with, in its order. */
  ofServer(server: ServerId): string[];
  /** Prefix of BullMQ's keys, with a hash tag of its own. */
  readonly jobs: string;
}

/** The keys of a roll. */
export function rollKeys({ keyPrefix, roll }: RollName): RollKeys {
  const base = `${keyPrefix}:{${roll}}:`;
  const answer = (server: ServerId) => `${base}q:${server}`;
  const record = (server: ServerId) => `${base}l:${server}`;
  const rollWide = {
    due: `${base}due`,
    pulse: `${base}pulse`,
    settled: `${base}settled`,
    events: `${base}events`,
  };
  return {
    ...rollWide,
    answer,
    record,
    bare: (local) => `${base}b:${local}`,
    known: (local) => `${base}k:${local}`,
    claims: (local) => `${base}c:${local}`,
    contest: (local) => `${base}x:${local}`,
    tokens: ({ server, session }) => `${base}t:${qualifiedId(server, session)}`,
    guesses: (source) => `${base}g:${source?.toString(16) ?? 'unknown'}`,
    swept: `${base}swept`,
    ofServer: (server) => {
      const { due, pulse, settled, events } = rollWide;
      return [record(server), answer(server), due, pulse, settled, events];
    },
    jobs: `${keyPrefix}:{${roll}:jobs}`,
  };
}

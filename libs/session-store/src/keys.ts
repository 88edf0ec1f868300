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
  /** string, lease: `=`, `~` or `^`, answer, newline, local ids each with a newline: answers every qualified id of the server. */
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
  /** sorted set: server that is held → when it last reported. */
  readonly held: string;
  /** sorted set: server that said it is leaving → when; never taken for late. */
  readonly leaving: string;
  /** hash: server → its zone, where it has one. */
  readonly zones: string;
  /** hash: `host:port` → the server that reported it last. */
  readonly endpoints: string;
  /** hash: server → its `host:port`, if another server has reported that since. */
  readonly replaced: string;
  /** hash, verdicts: reconciler → end of its verdict that the server answers its probes. */
  verdicts(server: ServerId): string;
  /** hash, twice the longest hold: zone → its protection (scripts/include/protection.lua). */
  readonly protect: string;
  /** sorted set, interval: server → when it was released under protection. */
  readonly releases: string;
  /** string, retention: since when and when last the roll was written without a gap (scripts/include/written.lua). */
  readonly pulse: string;
  /** string, gap: there exactly while the roll is settled. */
  readonly settled: string;
  /** string, retention: set when a sweep finishes; its TTL tells how long ago. */
  readonly swept: string;
  /** hash: server → who may report as it (scripts/include/identities.lua), `#` → name of the state. */
  readonly identities: string;
  /** stream, capped: domain events. */
  readonly events: string;
  /** The twelve keys that every script reporting in full, holding or striking starts with, in its order. */
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
    held: `${base}held`,
    endpoints: `${base}endpoints`,
    replaced: `${base}replaced`,
    zones: `${base}zones`,
    leaving: `${base}leaving`,
  };
  const verdicts = (server: ServerId) => `${base}v:${server}`;
  return {
    ...rollWide,
    answer,
    record,
    verdicts,
    bare: (local) => `${base}b:${local}`,
    known: (local) => `${base}k:${local}`,
    claims: (local) => `${base}c:${local}`,
    contest: (local) => `${base}x:${local}`,
    tokens: ({ server, session }) => `${base}t:${qualifiedId(server, session)}`,
    guesses: (source) => `${base}g:${source?.toString(16) ?? 'unknown'}`,
    identities: `${base}identities`,
    swept: `${base}swept`,
    protect: `${base}protect`,
    releases: `${base}releases`,
    ofServer: (server) => {
      const { due, pulse, settled, events, held, endpoints, replaced, zones, leaving } = rollWide;
      return [
        ...[record(server), answer(server), due, pulse, settled, events],
        ...[held, endpoints, replaced, zones, leaving, verdicts(server)],
      ];
    },
    jobs: `${keyPrefix}:{${roll}:jobs}`,
  };
}

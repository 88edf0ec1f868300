import {
  BOOT_MAX,
  SEQUENCE_MAX,
  type Endpoint,
  type Fence,
  type HoldCause,
  type LastKnown,
  type LocalId,
  type ServerId,
  type ServerRecord,
} from '@rollcall/domain';
import { decodeEndpoint, encodeEndpoint } from './answer.codec';

/** Stands for "no record": the digest of a tombstone, and what a first report says it replaces. */
export const NO_DIGEST = '-'.repeat(16);

/**
 * `A` on the roll, `H` held on a probe's word, `P` held by protection, `L` leaving, `U` on the roll with its list never
 * known (held or not: it has no answer), `T` tombstone.
 */
export type RecordState = 'A' | 'H' | 'P' | 'L' | 'U' | 'T';

/** What the store holds of a server (scripts/include/record.lua has the layout). */
export interface StoredRecord extends Fence {
  readonly state: RecordState;
  readonly digest: string;
  readonly reportedAtMs: number;
  readonly endpoint: Endpoint;
  readonly healthy: boolean;
  readonly zone: string;
  readonly sessions: readonly LocalId[];
}

const HEADER_LENGTH = 71;

const HOLD_CAUSES: Partial<Record<RecordState, HoldCause>> = { H: 'probe', P: 'protection' };

/** The part of a record that a report may change besides its list: endpoint, health, zone. */
export function encodeHealth(healthy: boolean, zone: string): string {
  return `${healthy ? 1 : 0}\t${zone}`;
}

/** All that two reports must agree on for the second to be a touch. */
export function recordBody(
  endpoint: Endpoint,
  healthy: boolean,
  zone: string,
  sessions: readonly LocalId[],
): string {
  return [encodeEndpoint(endpoint), encodeHealth(healthy, zone), ...sessions].join('\n');
}

const BOOT_WIDTH = String(BOOT_MAX).length;
const SEQUENCE_WIDTH = String(SEQUENCE_MAX).length;

/** A fence as a record's header has it, of a width, so that texts are in the order of their numbers. */
export function fenceTexts({ boot, sequence }: Fence): Record<keyof Fence, string> {
  return {
    boot: String(boot).padStart(BOOT_WIDTH, '0'),
    sequence: String(sequence).padStart(SEQUENCE_WIDTH, '0'),
  };
}

/** Reads a record. */
export function decodeRecord(value: string): StoredRecord {
  const [answer = '', health = '', ...sessions] = value.slice(HEADER_LENGTH).split('\n');
  const [healthy, zone = ''] = health.split('\t');
  return {
    boot: Number(value.slice(0, 10)),
    sequence: Number(value.slice(11, 23)),
    reportedAtMs: Number(value.slice(24, 37)),
    state: value.charAt(52) as RecordState,
    digest: value.slice(54, 70),
    endpoint: decodeEndpoint(answer),
    healthy: healthy === '1',
    zone,
    sessions: sessions.filter((session) => session !== '') as LocalId[],
  };
}

/** What a record remembers of one session while the server's answer is gone. */
export function lastKnownIn(value: string | null, server: ServerId, local: LocalId): LastKnown {
  if (value === null) return { kind: 'nothing' };
  const record = decodeRecord(value);
  if (record.state === 'T') return { kind: 'gone' };
  if (!record.sessions.includes(local)) return { kind: 'nothing' };
  return {
    kind: 'destination',
    destination: { server, session: local, endpoint: record.endpoint },
  };
}

/** A stored record as the port speaks of it. */
export function toServerRecord(
  server: ServerId,
  record: StoredRecord,
  leaseEndsAtMs: number,
): ServerRecord {
  const { boot, sequence, endpoint, zone, healthy, state, sessions, reportedAtMs } = record;
  const held = HOLD_CAUSES[state];
  return {
    server,
    boot,
    sequence,
    endpoint,
    zone,
    healthy,
    leaving: state === 'L',
    sessions,
    reportedAtMs,
    leaseEndsAtMs,
    ...(held ? { held } : {}),
  };
}

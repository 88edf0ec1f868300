import type { ServerState } from '@rollcall/domain';
import type { SeenServer } from '../roll/roll-snapshot';

export const SERVER_STATES = [
  'live',
  'leaving',
  'late',
  'held',
  'protected',
  'lapsed',
] as const satisfies ServerState[];

/** What `--state` takes: a state, or the word of the server's own about its health. */
export const STATE_FILTERS = [...SERVER_STATES, 'unhealthy'] as const;

export interface ServerFilter {
  readonly states?: readonly string[];
  readonly zones?: readonly string[];
}

/** A server as `--json` shows it. */
export interface ServerRow {
  readonly server: string;
  readonly state: ServerState;
  readonly healthy: boolean;
  readonly zone: string;
  readonly host: string;
  readonly httpPort: number;
  readonly quicPort: number | null;
  readonly webUrlPath: string;
  readonly sessions: number;
  readonly reportedAgoMs: number;
  /** To the end of its lease or of its hold. */
  readonly leaseLeftMs: number;
}

export function serverRows(seen: readonly SeenServer[], filter: ServerFilter = {}): ServerRow[] {
  return seen.map(serverRow).filter((row) => matches(row, filter));
}

/** One server of the list. */
export function serverRow({ record, state, reportedAgoMs, leaseLeftMs }: SeenServer): ServerRow {
  const { server, healthy, zone, endpoint, sessions } = record;
  return {
    server,
    state,
    healthy,
    zone,
    host: endpoint.host,
    httpPort: endpoint.httpPort,
    quicPort: endpoint.quicPort || null,
    webUrlPath: endpoint.webUrlPath,
    sessions: sessions.length,
    reportedAgoMs,
    leaseLeftMs,
  };
}

function matches({ state, healthy, zone }: ServerRow, { states, zones }: ServerFilter): boolean {
  if (zones && !zones.includes(zone)) return false;
  return !states || states.includes(state) || (!healthy && states.includes('unhealthy'));
}

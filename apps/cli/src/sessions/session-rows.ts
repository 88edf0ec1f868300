import { hasBareForm, qualifiedId, type LocalId } from '@rollcall/domain';
import { compareNaturally } from '../output/natural-order';
import type { SeenServer } from '../roll/roll-snapshot';

/**
 * Whether the session is found without its server's name: `ok`; `ambiguous`: several believed servers have the name;
 * `none`: the name contains `~`, or its server is not believed.
 */
export type BareId = 'ok' | 'ambiguous' | 'none';

/** A session as `--json` shows it. */
export interface SessionRow {
  /** The qualified public id. */
  readonly id: string;
  /** What the host calls it. */
  readonly session: string;
  readonly server: string;
  readonly bare: BareId;
  readonly state: SeenServer['state'];
  readonly healthy: boolean;
  readonly host: string;
  readonly httpPort: number;
  readonly quicPort: number | null;
  readonly webUrlPath: string;
  /** To the end of its server's lease or hold; until then it is answered without a new report. */
  readonly leaseLeftMs: number;
}

export function sessionRows(
  seen: readonly SeenServer[],
  servers?: readonly string[],
): SessionRow[] {
  const claims = countClaims(seen);
  return seen
    .filter(({ record }) => !servers || servers.includes(record.server))
    .flatMap((server) =>
      [...server.record.sessions]
        .sort(compareNaturally)
        .map((session) => toRow(server, session, claims.get(session) ?? 0)),
    );
}

function countClaims(seen: readonly SeenServer[]): ReadonlyMap<LocalId, number> {
  const claims = new Map<LocalId, number>();
  for (const { record } of seen.filter(isBelieved)) {
    for (const session of record.sessions) claims.set(session, (claims.get(session) ?? 0) + 1);
  }
  return claims;
}

function toRow(seen: SeenServer, session: LocalId, claims: number): SessionRow {
  const { server, endpoint, healthy } = seen.record;
  return {
    id: qualifiedId(server, session),
    session,
    server,
    bare: bareId(seen, session, claims),
    state: seen.state,
    healthy,
    host: endpoint.host,
    httpPort: endpoint.httpPort,
    quicPort: endpoint.quicPort || null,
    webUrlPath: endpoint.webUrlPath,
    leaseLeftMs: seen.leaseLeftMs,
  };
}

function bareId(seen: SeenServer, session: LocalId, claims: number): BareId {
  if (!isBelieved(seen) || !hasBareForm(session)) return 'none';
  return claims > 1 ? 'ambiguous' : 'ok';
}

function isBelieved({ state }: SeenServer): boolean {
  return state !== 'lapsed';
}

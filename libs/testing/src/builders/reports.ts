import type { Endpoint, Report, SessionList } from '@rollcall/domain';
import { localId, serverId } from './ids';

/** What a test says of a report; the rest is filled in. */
export interface ReportTraits extends Partial<Omit<Report, 'server' | 'endpoint' | 'sessions'>> {
  readonly server?: string;
  readonly endpoint?: Partial<Endpoint>;
  /** Local ids for a complete list, or a list of any kind. */
  readonly sessions?: readonly string[] | SessionList;
}

/** An endpoint that every default policy allows. */
export function anEndpoint(traits: Partial<Endpoint> = {}): Endpoint {
  return { host: '10.0.0.1', httpPort: 8443, quicPort: 8443, webUrlPath: '/', ...traits };
}

/** A complete list of sessions. */
export function listed(...ids: readonly string[]): SessionList {
  return { kind: 'listed', ids: ids.map(localId) };
}

/** A complete list of sessions, of which one was closed and opened anew. */
export function reopened(anew: string, ...others: readonly string[]): SessionList {
  return { kind: 'listed', ids: [anew, ...others].map(localId), reopened: [localId(anew)] };
}

/** The first report of the healthy server `gpu-1` with the session `console`. */
export function aReport(traits: ReportTraits = {}): Report {
  const { server = 'gpu-1', endpoint, sessions = ['console'], ...rest } = traits;
  return {
    boot: 1,
    sequence: 1,
    zone: '',
    healthy: true,
    leaving: false,
    ...rest,
    server: serverId(server),
    endpoint: anEndpoint(endpoint),
    sessions: 'kind' in sessions ? sessions : listed(...sessions),
  };
}

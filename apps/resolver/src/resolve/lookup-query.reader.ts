import { RESOLVE_SESSION_PARAMETERS as PARAMETERS, type ErrorCode } from '@rollcall/contracts';
import { parsePublicId, type PublicId, type Transport } from '@rollcall/domain';

/** A lookup as a gateway asked for it. */
export interface LookupQuery {
  readonly sessionId: string;
  /** Undefined for an id that is well formed, but that no server could ever report. */
  readonly id: PublicId | undefined;
  readonly transport: Transport;
}

export type QueryProblem = Extract<
  ErrorCode,
  'INVALID_QUERY' | 'INVALID_SESSION_ID' | 'INVALID_TRANSPORT'
>;

export type ReadQuery =
  | { readonly ok: true; readonly query: LookupQuery }
  | { readonly ok: false; readonly problem: QueryProblem };

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

/**
 * Reads the query of a request target, form-encoded. Only `sessionId` and `transport` are read at all: whatever else a
 * gateway sends, `clientIpAddress` among it, is passed over undecoded, so that nothing in it can fail a lookup.
 */
export function readLookupQuery(target: string): ReadQuery {
  let sessionId: string | undefined;
  let transport: string | undefined;
  for (const parameter of queryOf(target).split('&')) {
    const equals = parameter.indexOf('=');
    const name = nameOf(equals < 0 ? parameter : parameter.slice(0, equals));
    if (name !== PARAMETERS.sessionId && name !== PARAMETERS.transport) continue;
    const value = equals < 0 ? '' : decode(parameter.slice(equals + 1));
    if (value === undefined) return refuse('INVALID_QUERY');
    if ((name === PARAMETERS.sessionId ? sessionId : transport) !== undefined)
      return refuse('INVALID_QUERY');
    if (name === PARAMETERS.sessionId) sessionId = value;
    else transport = value;
  }
  return sessionId === undefined ? refuse('INVALID_SESSION_ID') : readValues(sessionId, transport);
}

function readValues(sessionId: string, transport: string | undefined): ReadQuery {
  const parsed = parsePublicId(sessionId);
  if (!parsed.ok && parsed.problem !== 'unservable') return refuse('INVALID_SESSION_ID');
  if (transport !== 'HTTP' && transport !== 'QUIC') return refuse('INVALID_TRANSPORT');
  return { ok: true, query: { sessionId, id: parsed.ok ? parsed.id : undefined, transport } };
}

function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

function nameOf(text: string): string | undefined {
  return text.includes('%') ? decode(text) : text;
}

function decode(text: string): string | undefined {
  if (!PRINTABLE_ASCII.test(text)) return undefined;
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function refuse(problem: QueryProblem): ReadQuery {
  return { ok: false, problem };
}

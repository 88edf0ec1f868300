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

type Values = Record<keyof typeof PARAMETERS, string | undefined>;

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

/**
 * Reads the query of a request target, form-encoded. All of it has to be percent-encoded UTF-8, and no parameter of the
 * contract may stand in it twice. The value of `clientIpAddress` decides nothing, nor does a parameter nobody knows.
 */
export function readLookupQuery(target: string): ReadQuery {
  const query = queryOf(target);
  if (!PRINTABLE_ASCII.test(query)) return refuse('INVALID_QUERY');
  const values: Values = { sessionId: undefined, transport: undefined, clientIpAddress: undefined };
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=');
    const name = decode(equals < 0 ? parameter : parameter.slice(0, equals));
    const value = equals < 0 ? '' : decode(parameter.slice(equals + 1));
    if (name === undefined || value === undefined) return refuse('INVALID_QUERY');
    if (!isKnown(name)) continue;
    if (values[name] !== undefined) return refuse('INVALID_QUERY');
    values[name] = value;
  }
  return readValues(values);
}

function readValues({ sessionId, transport }: Values): ReadQuery {
  if (sessionId === undefined) return refuse('INVALID_SESSION_ID');
  const parsed = parsePublicId(sessionId);
  if (!parsed.ok && parsed.problem !== 'unservable') return refuse('INVALID_SESSION_ID');
  if (transport !== 'HTTP' && transport !== 'QUIC') return refuse('INVALID_TRANSPORT');
  return { ok: true, query: { sessionId, id: parsed.ok ? parsed.id : undefined, transport } };
}

function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

function isKnown(name: string): name is keyof Values {
  return (
    name === PARAMETERS.sessionId ||
    name === PARAMETERS.transport ||
    name === PARAMETERS.clientIpAddress
  );
}

function decode(text: string): string | undefined {
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

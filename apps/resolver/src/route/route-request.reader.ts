import {
  RESOLVE_SESSION_PARAMETERS as PARAMETERS,
  ROUTE_HEADERS,
  SESSION_COOKIE,
} from '@rollcall/contracts';
import { parsePublicId } from '@rollcall/domain';
import type { LookupQuery } from '../resolve/lookup-query.reader';

/** What of a proxy's request can name a session. */
export interface RouteRequest {
  /** The request target. */
  readonly target: string;
  /** What stands behind the route's own path, as the router has decoded it. */
  readonly pathId?: string;
  /** Every header with each of its values. */
  readonly headers: Readonly<Partial<Record<string, readonly string[]>>>;
}

export type ReadRoute =
  | { readonly ok: true; readonly query: LookupQuery }
  /** No id was given, or one that no session can have. */
  | { readonly ok: false; readonly problem: 'missing' | 'malformed' };

/** The ids given in one place; undefined for one that is not percent-encoded UTF-8. */
type GivenIds = readonly (string | undefined)[];

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

/** In the order of their say: what a link holds comes before what a browser has kept. */
const PLACES: readonly ((request: RouteRequest) => GivenIds)[] = [
  pathIds,
  queryIds,
  headerIds,
  cookieIds,
];

/**
 * Reads the public id that a proxy passes on, percent-encoded, from the first place where one is: path, query, header,
 * cookie. It must be alone there. Nothing else of a request has a say in what is answered.
 */
export function readRouteRequest(request: RouteRequest): ReadRoute {
  for (const idsIn of PLACES) {
    const given = idsIn(request).filter((id) => id !== '');
    if (given.length > 0) return readIds(given);
  }
  return { ok: false, problem: 'missing' };
}

function readIds([sessionId, ...others]: GivenIds): ReadRoute {
  const parsed = sessionId === undefined ? undefined : parsePublicId(sessionId);
  const isReadable = parsed?.ok === true || parsed?.problem === 'unservable';
  if (sessionId === undefined || !isReadable || others.length > 0) {
    return { ok: false, problem: 'malformed' };
  }
  const id = parsed.ok ? parsed.id : undefined;
  return { ok: true, query: { sessionId, id, transport: 'HTTP' } };
}

function pathIds({ target, pathId = '' }: RouteRequest): GivenIds {
  const [path = ''] = target.split('?', 1);
  return [PRINTABLE_ASCII.test(path) ? pathId : undefined];
}

function queryIds({ target }: RouteRequest): GivenIds {
  const start = target.indexOf('?');
  return start < 0 ? [] : valuesOf(target.slice(start + 1).split('&'), PARAMETERS.sessionId, '+');
}

function headerIds({ headers }: RouteRequest): GivenIds {
  return (headers[ROUTE_HEADERS.session] ?? []).map((value) => decode(value.trim()));
}

function cookieIds({ headers }: RouteRequest): GivenIds {
  const pairs = (headers.cookie ?? []).flatMap((value) => value.split(';'));
  return valuesOf(
    pairs.map((pair) => pair.trim()),
    SESSION_COOKIE,
  );
}

/** The values that a name has among `name=value` pairs. In a form's spelling a plus is a space. */
function valuesOf(pairs: readonly string[], name: string, space?: '+'): GivenIds {
  const beginning = `${name}=`;
  return pairs
    .filter((pair) => pair.startsWith(beginning))
    .map((pair) => pair.slice(beginning.length))
    .map((value) => decode(space === undefined ? value : value.replaceAll(space, '%20')));
}

function decode(text: string): string | undefined {
  if (!PRINTABLE_ASCII.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

import { ROUTE_HEADERS, STALE_HEADER } from '@rollcall/contracts';
import { endpointProblem, type Endpoint } from '@rollcall/domain';
import type { HttpAnswer } from '@rollcall/http';
import { lookupAnswer } from '../resolve/lookup-answer';
import type { LookupDecision } from '../resolve/lookup-decision';

type Found = LookupDecision & { readonly kind: 'found' };

/**
 * Turns away an endpoint that a proxy could misread: it puts these headers together to a URL as they are, and what came
 * out of the store was checked only when it was reported.
 */
export function carriable(decision: LookupDecision): LookupDecision {
  if (decision.kind !== 'found') return decision;
  const { endpoint } = decision.destination;
  return endpointProblem(endpoint) === undefined
    ? decision
    : { kind: 'not-found', reason: 'endpoint-refused' };
}

/** Translates a decision into what a proxy can act upon: a status, and headers without a body. */
export function routeAnswer(decision: LookupDecision): HttpAnswer {
  return decision.kind === 'found' ? upstreamAnswer(decision) : lookupAnswer(decision, 'HTTP');
}

/** What is answered where no session has been named, or none that could exist. */
export const UNNAMED_CODES = {
  missing: 'INVALID_SESSION_ID',
  malformed: 'SESSION_NOT_FOUND',
} as const;

function upstreamAnswer({ destination: { endpoint }, port, stale }: Found): HttpAnswer {
  return {
    status: 200,
    headers: {
      [ROUTE_HEADERS.upstream]: `${urlHost(endpoint)}:${port}`,
      [ROUTE_HEADERS.basePath]: endpoint.webUrlPath.replace(/\/+$/, ''),
      'content-length': 0,
      'cache-control': 'no-store',
      ...(stale ? { [STALE_HEADER]: stale } : {}),
    },
    body: '',
  };
}

function urlHost({ host }: Endpoint): string {
  return host.includes(':') ? `[${host}]` : host;
}

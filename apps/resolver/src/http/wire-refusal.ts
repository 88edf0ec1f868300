import {
  BROKER_VERIFY_PATH,
  RESOLVE_SESSION_PATH,
  ROUTE_PATH,
  VERIFY_PATH,
  type ErrorCode,
} from '@rollcall/contracts';
import { errorAnswer, type HttpAnswer } from '@rollcall/http';
import { authAnswer } from '../verify/auth-answer';
import { FAULT, MALFORMED, type VerifyDecision } from '../verify/verify-decision';
import { pathOf } from './paths';

/** Whose contract a path belongs to. */
export type Edge = 'lookup' | 'verify' | 'route';

const ALLOWED: Readonly<Record<Edge, string>> = {
  lookup: 'POST',
  verify: 'POST',
  route: 'GET, HEAD, POST',
};

/** The edge that a request target asks; undefined where nothing is. */
export function edgeOf(target = ''): Edge | undefined {
  const path = pathOf(target);
  if (path === RESOLVE_SESSION_PATH) return 'lookup';
  if (isBrokerPath(path) || isAtOrUnder(VERIFY_PATH, path)) return 'verify';
  return isAtOrUnder(ROUTE_PATH, path) ? 'route' : undefined;
}

/**
 * The answer to a request that no controller has answered, in the words of its edge: a DCV server is told yes or no
 * whatever it sends, so long as the method is right.
 */
export function refusalAnswer(code: ErrorCode, edge: Edge | undefined): HttpAnswer {
  if (code === 'METHOD_NOT_ALLOWED' && edge) return withAllow(errorAnswer(code), ALLOWED[edge]);
  return edge === 'verify' ? authAnswer(verifyRefusal(code)) : errorAnswer(code);
}

/** What such a request to the verifier comes to. */
export function verifyRefusal(code: ErrorCode): VerifyDecision {
  return code === 'INTERNAL_ERROR' ? FAULT : MALFORMED;
}

function isBrokerPath(path: string): boolean {
  return path === BROKER_VERIFY_PATH || path === `${BROKER_VERIFY_PATH}/`;
}

function isAtOrUnder(parent: string, path: string): boolean {
  return path === parent || path.startsWith(`${parent}/`);
}

function withAllow(answer: HttpAnswer, allow: string): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, allow } };
}

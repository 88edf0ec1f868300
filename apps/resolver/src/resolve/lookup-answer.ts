import { NOT_FOUND_CODES, resolveSessionAnswer, STALE_HEADER } from '@rollcall/contracts';
import type { Resolution, Transport } from '@rollcall/domain';
import { errorAnswer, jsonAnswer, type HttpAnswer } from '@rollcall/http';
import type { LookupDecision } from './lookup-decision';

/** Translates a decision into what the gateway's contract has for it. */
export function lookupAnswer(decision: LookupDecision, transport: Transport): HttpAnswer {
  switch (decision.kind) {
    case 'found':
      return foundAnswer(decision, transport);
    case 'not-found':
      return errorAnswer(NOT_FOUND_CODES[decision.reason]);
    case 'warming':
      return errorAnswer('ROLL_WARMING');
    case 'unavailable':
      return errorAnswer('STORE_UNAVAILABLE');
    case 'stopping':
      return errorAnswer('STOPPING');
  }
}

function foundAnswer(
  { destination, port, stale }: Resolution & { kind: 'found' },
  transport: Transport,
): HttpAnswer {
  const { session, endpoint } = destination;
  const { host, webUrlPath } = endpoint;
  const answer = resolveSessionAnswer({ session, host, port, webUrlPath }, transport);
  return jsonAnswer(200, answer, stale && { [STALE_HEADER]: stale });
}

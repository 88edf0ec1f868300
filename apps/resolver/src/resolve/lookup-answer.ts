import { STALE_HEADER, type ErrorCode, type ResolveSessionAnswer } from '@rollcall/contracts';
import type { NotFoundReason, Resolution, Transport } from '@rollcall/domain';
import { errorAnswer, jsonAnswer, type HttpAnswer } from '../http/http-answer';
import type { LookupDecision } from './lookup-decision';

const NOT_FOUND_CODES: Readonly<Record<NotFoundReason, ErrorCode>> = {
  unknown: 'SESSION_NOT_FOUND',
  lapsed: 'SESSION_LAPSED',
  ambiguous: 'SESSION_AMBIGUOUS',
  transport: 'TRANSPORT_NOT_OFFERED',
  'endpoint-refused': 'ENDPOINT_REFUSED',
};

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
  const answer: ResolveSessionAnswer = {
    SessionId: destination.session,
    TransportProtocol: transport,
    DcvServerEndpoint: destination.endpoint.host,
    Port: port,
    WebUrlPath: destination.endpoint.webUrlPath,
  };
  return jsonAnswer(200, answer, stale && { [STALE_HEADER]: stale });
}

import type { ErrorBody, ErrorCode, ResolveSessionAnswer } from '@rollcall/contracts';
import type { NotFoundReason, Resolution, StaleCause, Transport } from '@rollcall/domain';

/** What a resolver sends to a gateway. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: ResolveSessionAnswer | ErrorBody;
  /** Value of the stale header, when it is set. */
  readonly stale?: StaleCause;
}

const NOT_FOUND: Record<NotFoundReason, ErrorCode> = {
  unknown: 'SESSION_NOT_FOUND',
  lapsed: 'SESSION_LAPSED',
  ambiguous: 'SESSION_AMBIGUOUS',
  transport: 'TRANSPORT_NOT_OFFERED',
  'endpoint-refused': 'ENDPOINT_REFUSED',
};

export async function gatewayAnswer(
  resolution: Resolution,
  transport: Transport,
): Promise<GatewayAnswer> {
  switch (resolution.kind) {
    case 'found': {
      const { destination, port, stale } = resolution;
      const body: ResolveSessionAnswer = {
        SessionId: destination.session,
        TransportProtocol: transport,
        DcvServerEndpoint: destination.endpoint.host,
        Port: port,
        WebUrlPath: destination.endpoint.webUrlPath,
      };
      return stale === undefined ? { status: 200, body } : { status: 200, body, stale };
    }
    case 'not-found':
      return refusal(NOT_FOUND[resolution.reason]);
    case 'warming':
      return refusal('ROLL_WARMING');
  }
}

export async function refusal(code: ErrorCode): Promise<GatewayAnswer> {
  const { ERRORS, errorBody } = await import('@rollcall/contracts');
  return { status: ERRORS[code].status, body: errorBody(code) };
}

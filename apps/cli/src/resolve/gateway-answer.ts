import type { ErrorBody, ErrorCode, ResolveSessionAnswer } from '@rollcall/contracts';
import type { Resolution, StaleCause, Transport } from '@rollcall/domain';

/** What a resolver sends to a gateway. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: ResolveSessionAnswer | ErrorBody;
  /** Value of the stale header, when it is set. */
  readonly stale?: StaleCause;
}

export async function gatewayAnswer(
  resolution: Resolution,
  transport: Transport,
): Promise<GatewayAnswer> {
  const { NOT_FOUND_CODES, resolveSessionAnswer } = await import('@rollcall/contracts');
  switch (resolution.kind) {
    case 'found': {
      const { destination, port, stale } = resolution;
      const { session, endpoint } = destination;
      const { host, webUrlPath } = endpoint;
      const body = resolveSessionAnswer({ session, host, port, webUrlPath }, transport);
      return stale === undefined ? { status: 200, body } : { status: 200, body, stale };
    }
    case 'not-found':
      return refusal(NOT_FOUND_CODES[resolution.reason]);
    case 'warming':
      return refusal('ROLL_WARMING');
  }
}

export async function refusal(code: ErrorCode): Promise<GatewayAnswer> {
  const { ERRORS, errorBody } = await import('@rollcall/contracts');
  return { status: ERRORS[code].status, body: errorBody(code) };
}

import type { ErrorBody, ErrorCode, ResolveSessionAnswer } from '@rollcall/contracts';
import type { Resolution, StaleCause, Transport } from '@rollcall/domain';
import { ExitCode } from '../exit-codes';
import type { ReadId } from './look-up';

/** What a resolver sends to a gateway. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: ResolveSessionAnswer | ErrorBody;
  /** Value of the stale header, when it is set. */
  readonly stale?: StaleCause;
}

const EXIT_CODE_OF_STATUS: Readonly<Record<number, ExitCode>> = {
  200: ExitCode.ok,
  400: ExitCode.usage,
  404: ExitCode.nothing,
  503: ExitCode.unavailable,
};

/** How a command ends that found out this. */
export function exitCodeOf({ status }: GatewayAnswer): ExitCode {
  return EXIT_CODE_OF_STATUS[status] ?? ExitCode.bug;
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

/** The answer to an id that no resolver asks the store about. */
export function unaskableAnswer({ kind }: Exclude<ReadId, { kind: 'askable' }>) {
  return refusal(kind === 'malformed' ? 'INVALID_SESSION_ID' : 'SESSION_NOT_FOUND');
}

export async function refusal(code: ErrorCode): Promise<GatewayAnswer> {
  const { ERRORS, errorBody } = await import('@rollcall/contracts');
  return { status: ERRORS[code].status, body: errorBody(code) };
}

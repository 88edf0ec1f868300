/** Path of the lookup, as the Connection Gateway calls it (Amazon DCV Connection Gateway, "Implementing a session resolver"). */
export const RESOLVE_SESSION_PATH = '/resolveSession';

/** Query parameters of the lookup, in the gateway's spelling. */
export const RESOLVE_SESSION_PARAMETERS = {
  /** The public id. */
  sessionId: 'sessionId',
  /** `HTTP` or `QUIC`. */
  transport: 'transport',
  /** Address of the client; may be absent, and decides nothing. */
  clientIpAddress: 'clientIpAddress',
} as const;

/** Body of a 200: exactly these five keys, in the gateway's spelling. */
export interface ResolveSessionAnswer {
  /** The id the host knows the session by; may differ from the one asked for. */
  readonly SessionId: string;
  readonly TransportProtocol: 'HTTP' | 'QUIC';
  /** DNS name or address of the host. */
  readonly DcvServerEndpoint: string;
  readonly Port: number;
  readonly WebUrlPath: string;
}

/** What an answer says of the host, in whatever shape the asker has it. */
export interface FoundSession {
  /** The id the host knows the session by. */
  readonly session: string;
  readonly host: string;
  readonly port: number;
  readonly webUrlPath: string;
}

/** The body of a 200. */
export function resolveSessionAnswer(
  { session, host, port, webUrlPath }: FoundSession,
  transport: ResolveSessionAnswer['TransportProtocol'],
): ResolveSessionAnswer {
  return {
    SessionId: session,
    TransportProtocol: transport,
    DcvServerEndpoint: host,
    Port: port,
    WebUrlPath: webUrlPath,
  };
}

/** Response header of a 200 that no report within the lease backs; its value is the cause. */
export const STALE_HEADER = 'x-rollcall-stale';

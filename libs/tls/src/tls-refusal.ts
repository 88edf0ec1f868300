/** Why a TLS client was turned away; `other` = the handshake itself failed: an old version, no suite in common, no TLS at all, too slow. */
export const TLS_REFUSALS = ['none', 'expired', 'untrusted', 'other'] as const;
export type TlsRefusal = (typeof TLS_REFUSALS)[number];

/** What Node says of a failed handshake. */
export interface FailedHandshake {
  readonly code?: string;
  /** OpenSSL's verdict on the client's certificate: it stands on the socket, and the error is then just a reset. */
  readonly authorizationError?: unknown;
}

/** Undefined when nobody was refused: the client went away by itself, as health checks of load balancers do. */
export function refusalOf({ code, authorizationError }: FailedHandshake): TlsRefusal | undefined {
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'none';
  if (authorizationError)
    return authorizationError === 'CERT_HAS_EXPIRED' ? 'expired' : 'untrusted';
  return code === 'ECONNRESET' || code === 'EPIPE' ? undefined : 'other';
}

/** Where a DCV server has a token verified that names itself: `POST <this>/<server id>` (`auth-token-verifier` in its dcv.conf). */
export const VERIFY_PATH = '/verify';

/** The Session Manager broker's path for the same: hosts that come from it keep their dcv.conf. */
export const BROKER_VERIFY_PATH = '/agent/validate-authentication-token';

/** Form fields of a verification, in the DCV server's spelling (Amazon DCV, "Using external authentication"). */
export const VERIFY_FIELDS = {
  /** The local id. */
  sessionId: 'sessionId',
  authenticationToken: 'authenticationToken',
  /** Address of the client; may be missing. */
  clientAddress: 'clientAddress',
} as const;

/** Where a proxy asks for the upstream of a session. */
export const ROUTE_PATH = '/route';

/** What a proxy asks with, and what it is answered in. */
export const ROUTE_HEADERS = {
  /** Request: the public id, as it stands in the client's URL. */
  session: 'x-rollcall-session',
  /** Answer: `host:port` of the session's server; an IPv6 address in brackets. */
  upstream: 'x-rollcall-upstream',
  /** Answer: path of the DCV server's web content without its last slash; empty for `/`. */
  basePath: 'x-rollcall-base-path',
} as const;

/** Cookie in which a proxy keeps the public id of a browser's session. */
export const SESSION_COOKIE = '__Host-rollcall';

/** Before the public id in a link through a proxy: `/s/<public id>/`. */
export const DOOR_PATH_PREFIX = '/s/';

/** The public ids that a proxy carries in a path: there a proxy, a client and a resolver all read the same bytes. */
export const DOOR_ID = /^[A-Za-z0-9_][A-Za-z0-9._~-]{0,199}$/;

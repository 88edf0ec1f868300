/** Every error code that leaves a process, with the status and the sentence that go with it; docs/failure-modes.md explains each. */
export const ERRORS = {
  INVALID_SESSION_ID: {
    status: 400,
    message: 'A session id must be given, once: 1–320 bytes of UTF-8 without control characters.',
  },
  INVALID_TRANSPORT: { status: 400, message: 'transport must be given once: HTTP or QUIC.' },
  INVALID_QUERY: {
    status: 400,
    message: 'The query string is not valid percent-encoded UTF-8, or repeats a parameter.',
  },
  MALFORMED_REQUEST: { status: 400, message: 'The request is not well-formed HTTP.' },
  INVALID_REPORT: { status: 400, message: 'The report breaks a rule: reason says which.' },
  IDENTITY_REQUIRED: {
    status: 401,
    message: 'A report needs an identity: a client certificate, or a token of the server.',
  },
  IDENTITY_REFUSED: {
    status: 401,
    message: 'This identity is not known here, or not any more.',
  },
  IDENTITY_MISMATCH: {
    status: 403,
    message: 'The report names another server than the one whose identity it comes with.',
  },
  ENDPOINT_NOT_ALLOWED: {
    status: 403,
    message: 'Servers may not report this address or port here: reason says why.',
  },
  SESSION_NOT_FOUND: { status: 404, message: 'No server on the roll has this session.' },
  SESSION_LAPSED: {
    status: 404,
    message: 'The server that had this session has stopped reporting.',
  },
  SESSION_AMBIGUOUS: {
    status: 404,
    message: 'Several servers have a session of this name: ask for <server>~<session>.',
  },
  TRANSPORT_NOT_OFFERED: {
    status: 404,
    message: 'The server of this session does not offer this transport.',
  },
  ENDPOINT_REFUSED: {
    status: 404,
    message: 'The server of this session reported an address that is not allowed here.',
  },
  PATH_NOT_FOUND: {
    status: 404,
    message:
      'There is nothing at this path: the lookup is /resolveSession, the verifier /verify, the route /route; of a report door /report, /withdraw and /ping.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This path does not take this method: the header Allow says which it takes.',
  },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.' },
  BODY_TOO_LARGE: {
    status: 413,
    message: 'The body is larger than anything that is asked here.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    message: 'This server asks too often, or has not waited for its answers: ask again shortly.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    message: 'The request line and headers together are too long.',
  },
  INTERNAL_ERROR: { status: 500, message: 'A fault in Rollcall itself: its log says which.' },
  ROLL_WARMING: { status: 503, message: 'The roll is still being called: ask again shortly.' },
  STORE_UNAVAILABLE: {
    status: 503,
    message: 'The session store does not answer: ask again shortly.',
  },
  STOPPING: { status: 503, message: 'This process is stopping: ask another one.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** A stable code that programs may match on. */
export type ErrorCode = keyof typeof ERRORS;

/** The code of each reason why a session is not found. */
export const NOT_FOUND_CODES = {
  unknown: 'SESSION_NOT_FOUND',
  lapsed: 'SESSION_LAPSED',
  ambiguous: 'SESSION_AMBIGUOUS',
  transport: 'TRANSPORT_NOT_OFFERED',
  'endpoint-refused': 'ENDPOINT_REFUSED',
} as const satisfies Record<string, ErrorCode>;

/** Body of every answer that is not a 200. */
export interface ErrorBody {
  readonly code: ErrorCode;
  /** One sentence for people; may change between versions. */
  readonly message: string;
}

/** The body that goes with a code. */
export function errorBody(code: ErrorCode): ErrorBody {
  return { code, message: ERRORS[code].message };
}

/** Seconds a client is asked to wait after a 503 or a 429. */
export const RETRY_AFTER_SECONDS = 1;

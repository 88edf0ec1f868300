import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createTlsServer,
  type ServerOptions as TlsServerOptions,
} from 'node:https';
import type { Socket } from 'node:net';
import { refuseConnection, refuseUnreadable } from './parser-refusal';

const HEADER_BYTES_MAX = 16 * 1024;

/** Slow senders: a gateway's request is one packet. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;

/** Longer than the 60 s after which load balancers drop an idle connection: they close it, never we under their hands. */
const KEEP_ALIVE_MS = 75_000;

/** A connection whose peer takes no answers. */
const STALLED_MS = 30_000;

const CONNECTIONS_MAX = 10_000;

const LIMITS = {
  requireHostHeader: false,
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
};

/** The server of one port, plain or with TLS, with the same limits and an answer of ours for all that is no request. */
export class Listener {
  readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(answer: RequestListener, tls?: TlsServerOptions) {
    this.server = tls
      ? createTlsServer({ ...tls, ...LIMITS }, answer)
      : createServer(LIMITS, answer);
    this.server.setTimeout(STALLED_MS);
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
      // Node has taken its own listeners off: without one, a reset would be an error that nobody caught.
      socket.on('error', () => socket.destroy()).resume();
      refuseConnection('METHOD_NOT_ALLOWED', socket);
    });
    // An expectation nobody knows is no reason to fail a lookup, and Node's own 417 has no body.
    this.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      this.server.emit('request', request, response),
    );
    this.server.on('clientError', refuseUnreadable);
  }

  /** Ends every connection, also those whose handshake is under way, which http knows nothing of yet. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

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
import type { DropArgument, Socket } from 'node:net';
import { Shares } from './shares';
import { errorAnswer } from './http-answer';
import {
  refuseConnection,
  refuseUnreadable,
  type ConnectionAnswer,
  type ParserError,
} from './parser-refusal';
import type { ConnectionRefusal } from './refused-connections';

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

/**
 * Of one address. A gateway keeps a few hundred at most, as many as it asks at once, and a load balancer that shows its
 * own address for all of them fewer than it has clients; and four machines that run wild leave the rest a fifth.
 */
const CONNECTIONS_PER_ADDRESS_MAX = 2_000;

const LIMITS = {
  requireHostHeader: false,
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
};

/** What a listener may be told besides how to answer. */
export interface ListenerOptions {
  readonly tls?: TlsServerOptions;
  /** Is told of each connection that was one too many. */
  readonly refused?: (reason: ConnectionRefusal, sourceAddress?: string) => void;
  readonly connectionsPerAddressMax?: number;
  /** The answer to what is no request; the one that goes with the code, if nobody says otherwise. */
  readonly answerOf?: ConnectionAnswer;
}

/** The server of one port, plain or with TLS, with the same limits and an answer of ours for all that is no request. */
export class Listener {
  readonly server: Server;
  readonly connectionsPerAddressMax: number;
  private readonly sockets = new Set<Socket>();
  private readonly shares: Shares;
  private readonly refused: NonNullable<ListenerOptions['refused']>;

  constructor(answer: RequestListener, options: ListenerOptions = {}) {
    const { tls, connectionsPerAddressMax = CONNECTIONS_PER_ADDRESS_MAX } = options;
    const { answerOf = errorAnswer } = options;
    this.connectionsPerAddressMax = connectionsPerAddressMax;
    this.shares = new Shares(connectionsPerAddressMax);
    this.refused = options.refused ?? (() => undefined);
    this.server = tls
      ? createTlsServer({ ...tls, ...LIMITS }, answer)
      : createServer(LIMITS, answer);
    this.server.setTimeout(STALLED_MS);
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.on('connection', (socket: Socket) => this.admit(socket));
    this.server.on('drop', (dropped?: DropArgument) =>
      this.refused('port', dropped?.remoteAddress),
    );
    this.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
      // Node has taken its own listeners off: without one, a reset would be an error that nobody caught.
      socket.on('error', () => socket.destroy()).resume();
      refuseConnection('METHOD_NOT_ALLOWED', socket, answerOf);
    });
    // An expectation nobody knows is no reason to fail a lookup, and Node's own 417 has no body.
    this.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      this.server.emit('request', request, response),
    );
    this.server.on('clientError', (error: ParserError, socket: Socket) =>
      refuseUnreadable(error, socket, answerOf),
    );
  }

  /** Ends every connection, also those whose handshake is under way, which http knows nothing of yet. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private admit(socket: Socket): void {
    // Asked now: the socket forgets it as soon as it breaks.
    const { remoteAddress = '' } = socket;
    if (!this.shares.take(remoteAddress)) {
      socket.destroy();
      this.refused('address', remoteAddress);
      return;
    }
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.shares.giveBack(remoteAddress);
    });
  }
}

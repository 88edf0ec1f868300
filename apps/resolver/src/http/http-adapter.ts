import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, writeAnswer } from './http-answer';
import { refuseConnection, refuseUnreadable } from './parser-refusal';

/** The lookup has no body; one is read so far, and ignored, for the sake of clients that always send one. */
const BODY_BYTES_MAX = 16 * 1024;
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
const NO_QUERY = {};

/** Fastify without what a lookup does not need, and with an answer of ours for everything that can go wrong below Nest. */
export function createHttpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    skipMiddie: true,
    exposeHeadRoutes: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: STALLED_MS,
    return503OnClosing: false,
    http: {
      requireHostHeader: false,
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    // A gateway whose resolver URL ends with a slash asks for //resolveSession.
    routerOptions: { querystringParser: () => NO_QUERY, ignoreDuplicateSlashes: true },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      writeAnswer(reply.raw, errorAnswer('MALFORMED_REQUEST')),
  });
  ignoreBodies(adapter);
  refuseMissingHost(adapter);
  completeServer(adapter.getInstance().server);
  return adapter;
}

function ignoreBodies(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) =>
    done(null, undefined),
  );
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    // Fastify refuses a content type it cannot parse; nobody here reads it.
    if (headers['content-type'] !== undefined) delete headers['content-type'];
    done();
  });
}

/** Node itself would refuse without a word in the body. */
function refuseMissingHost(adapter: FastifyAdapter): void {
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    const { httpVersion, headers } = request.raw;
    if (headers.host === undefined && httpVersion === '1.1') {
      reply.hijack();
      writeAnswer(reply.raw, errorAnswer('MALFORMED_REQUEST'));
      return;
    }
    done();
  });
}

function completeServer(server: Server): void {
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node has taken its own listeners off: without one, a reset would be an error that nobody caught.
    socket.on('error', () => socket.destroy()).resume();
    refuseConnection('METHOD_NOT_ALLOWED', socket);
  });
  // An expectation nobody knows is no reason to fail a lookup, and Node's own 417 has no body.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  );
}

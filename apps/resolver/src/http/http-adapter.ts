import type { RequestListener } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Listeners } from './listeners';

/** A form of the verifier has less than 1 KiB. A lookup's body is read so far, and ignored, for clients that always send one. */
const BODY_BYTES_MAX = 16 * 1024;
const NO_QUERY = {};

/** Fastify without what a lookup does not need; whatever it refuses is answered by Nest's filter. */
export function createHttpAdapter(listeners: Listeners): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    skipMiddie: true,
    exposeHeadRoutes: false,
    bodyLimit: BODY_BYTES_MAX,
    return503OnClosing: false,
    serverFactory: (application: RequestListener) => listeners.serve(application),
    // They have one of their own: Fastify would add it to the first of them only.
    clientErrorHandler: () => undefined,
    // A gateway whose resolver URL ends with a slash asks for //resolveSession.
    routerOptions: { querystringParser: () => NO_QUERY, ignoreDuplicateSlashes: true },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      request.server.errorHandler(error, request, reply),
  });
  handOnBodies(adapter);
  refuseMissingHost(adapter);
  return adapter;
}

/** As bytes, whatever they are said to be: who has use for them looks for himself. */
function handOnBodies(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    // Fastify refuses a content type it cannot parse.
    if (headers['content-type'] !== undefined) delete headers['content-type'];
    done();
  });
}

/** Node itself would refuse without a word in the body. */
function refuseMissingHost(adapter: FastifyAdapter): void {
  adapter.getInstance().addHook('onRequest', ({ raw: { httpVersion, headers } }, _reply, done) => {
    const isMissing = headers.host === undefined && httpVersion === '1.1';
    done(isMissing ? new BadRequestException() : undefined);
  });
}

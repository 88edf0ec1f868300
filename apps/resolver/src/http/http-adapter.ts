import type { RequestListener } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeAnswer } from './http-answer';
import { Listeners } from './listeners';
import { noteVerification } from './parser-refusal';
import { edgeOf, refusalAnswer } from './wire-refusal';

/** A form of the verifier has less than 1 KiB. A lookup's body is read so far, and ignored, for clients that always send one. */
const BODY_BYTES_MAX = 16 * 1024;
const NO_QUERY = {};

/** Fastify without what a lookup does not need, and with an answer of ours for everything that can go wrong below Nest. */
export function createHttpAdapter(listeners = new Listeners({ pathPrefix: '' })): FastifyAdapter {
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
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) =>
      refuseMalformed(request, reply),
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
  fastify.addHook('onRequest', (request, reply, done) => {
    noteVerification(request.raw, reply.raw);
    const { headers } = request.raw;
    // Fastify refuses a content type it cannot parse.
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
      refuseMalformed(request, reply);
      return;
    }
    done();
  });
}

function refuseMalformed({ raw }: FastifyRequest, reply: FastifyReply): void {
  writeAnswer(reply.raw, refusalAnswer('MALFORMED_REQUEST', edgeOf(raw.url)));
}

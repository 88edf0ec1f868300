import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RESOLVE_SESSION_PATH, type ErrorCode } from '@rollcall/contracts';
import { errorAnswer, writeAnswer } from './http-answer';

const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'PATH_NOT_FOUND',
  413: 'BODY_TOO_LARGE',
};

const ORIGIN = /^https?:\/\/[^/]*/;

/** Gives everything that Nest or Fastify refuses, and every fault of ours, the body that the contract promises. */
@Catch()
export class WireErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(WireErrorFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    reply.hijack();
    writeAnswer(reply.raw, errorAnswer(this.codeOf(exception, http.getRequest<FastifyRequest>())));
  }

  private codeOf(exception: unknown, request: FastifyRequest): ErrorCode {
    const status = statusOf(exception);
    if (status === 404 && isLookupPath(request.raw.url)) return 'METHOD_NOT_ALLOWED';
    if (status >= 400 && status < 500) return CODES[status] ?? 'MALFORMED_REQUEST';
    this.logger.error(exception);
    return 'INTERNAL_ERROR';
  }
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  // A body that ends too early fails with an error of the stream, to which Fastify adds the status.
  const { statusCode } = (exception ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

/** As the router reads it, which takes duplicate slashes for one. */
function isLookupPath(target = ''): boolean {
  const [path = ''] = target.replace(ORIGIN, '').split(/[?#]/, 1);
  return path.replace(/\/+/g, '/') === RESOLVE_SESSION_PATH;
}

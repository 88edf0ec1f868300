import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '@rollcall/contracts';
import { writeAnswer } from '@rollcall/http';
import { VerifyJournal } from '../verify/verify.journal';
import { sourceOf } from './source-address';
import { edgeOf, refusalAnswer, verifyRefusal, type Edge } from './wire-refusal';

const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'PATH_NOT_FOUND',
  413: 'BODY_TOO_LARGE',
};

/** Gives everything that Nest or Fastify refuses, and every fault of ours, the answer that the contract promises. */
@Catch()
export class WireErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(WireErrorFilter.name);

  constructor(private readonly verifications: VerifyJournal) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { raw } = http.getRequest<FastifyRequest>();
    const edge = edgeOf(raw.url);
    const code = this.codeOf(exception, edge);
    reply.hijack();
    writeAnswer(reply.raw, refusalAnswer(code, edge));
    if (edge === 'verify' && code !== 'METHOD_NOT_ALLOWED') {
      this.verifications.refused(verifyRefusal(code), { sourceAddress: sourceOf(raw) });
    }
  }

  private codeOf(exception: unknown, edge: Edge | undefined): ErrorCode {
    const status = statusOf(exception);
    if (status === 404 && edge) return 'METHOD_NOT_ALLOWED';
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

import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { BROKER_VERIFY_PATH, VERIFY_PATH } from '@rollcall/contracts';
import { isServerId, type ServerId } from '@rollcall/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeAnswer } from '@rollcall/http';
import { sourceOf } from '../http/source-address';
import { MONOTONIC_CLOCK } from '../resolver.tokens';
import { authAnswer } from './auth-answer';
import { readVerificationForm } from './verification-form.reader';
import { MALFORMED, UNKNOWN_HOST, type VerifyDecision } from './verify-decision';
import { VerifyJournal } from './verify.journal';
import type { Asker } from './verify.log';
import { VerifyService } from './verify.service';

type VerifyRequest = FastifyRequest<{ Params: { '*'?: string }; Body?: Buffer }>;

/** The DCV servers' edge: reads their form, and answers as their contract says. */
@Controller()
export class VerifyController {
  constructor(
    private readonly verifier: VerifyService,
    private readonly journal: VerifyJournal,
    @Inject(MONOTONIC_CLOCK) private readonly now: () => number,
  ) {}

  /** A server that names itself in the path. */
  @Post([VERIFY_PATH, `${VERIFY_PATH}/*`])
  async verifyNamed(@Req() request: VerifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const server = (request.params['*'] ?? '').replace(/\/$/, '');
    if (isServerId(server)) await this.verify(request, reply, server);
    else this.refuse(request, reply, UNKNOWN_HOST);
  }

  /** A server that does not say who it is. Of the paths below, none but the last slash alone gets so far. */
  @Post([BROKER_VERIFY_PATH, `${BROKER_VERIFY_PATH}/*`])
  async verifyUnnamed(@Req() request: VerifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.verify(request, reply);
  }

  private async verify(
    request: VerifyRequest,
    reply: FastifyReply,
    server?: ServerId,
  ): Promise<void> {
    const startedAtMs = this.now();
    const { raw, body = Buffer.alloc(0) } = request;
    const form = readVerificationForm(raw.headersDistinct['content-type'] ?? [], body);
    if (!form) {
      this.refuse(request, reply, MALFORMED, server);
      return;
    }
    const question = { ...askerOf(request, server), ...form };
    const decision = await this.verifier.verify(question);
    reply.hijack();
    writeAnswer(reply.raw, authAnswer(decision));
    this.journal.decided(decision, question, this.now() - startedAtMs);
  }

  private refuse(
    request: VerifyRequest,
    reply: FastifyReply,
    decision: VerifyDecision,
    server?: ServerId,
  ): void {
    reply.hijack();
    writeAnswer(reply.raw, authAnswer(decision));
    this.journal.refused(decision, askerOf(request, server));
  }
}

function askerOf({ raw }: VerifyRequest, server?: ServerId): Asker {
  const sourceAddress = sourceOf(raw);
  return server === undefined ? { sourceAddress } : { sourceAddress, server };
}

import { Controller, Post, Req, Res } from '@nestjs/common';
import { RESOLVE_SESSION_PATH } from '@rollcall/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LookupHandler } from './lookup.handler';

/** The gateway's edge for lookups that do not come as gateways send them; those take the short cut (http/short-cut.ts). */
@Controller()
export class ResolveSessionController {
  constructor(private readonly lookups: LookupHandler) {}

  @Post(RESOLVE_SESSION_PATH)
  async resolve(@Req() { raw }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    reply.hijack();
    await this.lookups.answer(raw.url ?? '', reply.raw);
  }
}

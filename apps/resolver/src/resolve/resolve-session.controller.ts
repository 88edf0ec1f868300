import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { RESOLVE_SESSION_PATH } from '@rollcall/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, writeAnswer } from '@rollcall/http';
import { MONOTONIC_CLOCK } from '../resolver.tokens';
import { lookupAnswer } from './lookup-answer';
import { LookupJournal } from './lookup.journal';
import { readLookupQuery } from './lookup-query.reader';
import { ResolveSessionService } from './resolve-session.service';

/** The gateway's edge: reads its query, and answers as its contract says. */
@Controller()
export class ResolveSessionController {
  constructor(
    private readonly sessions: ResolveSessionService,
    private readonly journal: LookupJournal,
    @Inject(MONOTONIC_CLOCK) private readonly now: () => number,
  ) {}

  @Post(RESOLVE_SESSION_PATH)
  async resolve(@Req() { raw }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const startedAtMs = this.now();
    const read = readLookupQuery(raw.url ?? '');
    if (!read.ok) {
      reply.hijack();
      writeAnswer(reply.raw, errorAnswer(read.problem));
      this.journal.refused(read.problem, 'gateway', this.now() - startedAtMs);
      return;
    }
    const decision = await this.sessions.resolve(read.query);
    reply.hijack();
    writeAnswer(reply.raw, lookupAnswer(decision, read.query.transport));
    this.journal.decided(decision, read.query, 'gateway', this.now() - startedAtMs);
  }
}

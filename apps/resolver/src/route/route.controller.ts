import { Controller, Get, Head, Inject, Post, Req, Res } from '@nestjs/common';
import { ROUTE_PATH } from '@rollcall/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, writeAnswer } from '@rollcall/http';
import { LookupJournal } from '../resolve/lookup.journal';
import { ResolveSessionService } from '../resolve/resolve-session.service';
import { MONOTONIC_CLOCK } from '../resolver.tokens';
import { carriable, routeAnswer, UNNAMED_CODES } from './route-answer';
import { readRouteRequest } from './route-request.reader';

type RouteRequest = FastifyRequest<{ Params: { '*'?: string } }>;

const PATHS = [ROUTE_PATH, `${ROUTE_PATH}/*`];

/** The proxies' edge: reads which session a client wants, and answers with its upstream in headers. */
@Controller()
export class RouteController {
  constructor(
    private readonly sessions: ResolveSessionService,
    private readonly journal: LookupJournal,
    @Inject(MONOTONIC_CLOCK) private readonly now: () => number,
  ) {}

  @Get(PATHS)
  get(@Req() request: RouteRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.route(request, reply);
  }

  @Head(PATHS)
  head(@Req() request: RouteRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.route(request, reply);
  }

  @Post(PATHS)
  post(@Req() request: RouteRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.route(request, reply);
  }

  private async route({ raw, params }: RouteRequest, reply: FastifyReply): Promise<void> {
    const startedAtMs = this.now();
    const read = readRouteRequest({
      target: raw.url ?? '',
      pathId: params['*'],
      headers: raw.headersDistinct,
    });
    if (!read.ok) {
      reply.hijack();
      const code = UNNAMED_CODES[read.problem];
      writeAnswer(reply.raw, errorAnswer(code));
      this.journal.refused(code, 'proxy', this.now() - startedAtMs);
      return;
    }
    const decision = carriable(await this.sessions.resolve(read.query));
    reply.hijack();
    writeAnswer(reply.raw, routeAnswer(decision));
    this.journal.decided(decision, read.query, 'proxy', this.now() - startedAtMs);
  }
}

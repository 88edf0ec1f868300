import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  GIVE_WAY_PATH,
  PING_PATH,
  readFenceBody,
  readReportBody,
  REPORT_PATH,
  WITHDRAW_PATH,
  type BodyProblem,
} from '@rollcall/contracts';
import type { ServerId } from '@rollcall/domain';
import { Shares, writeAnswer, type HttpAnswer } from '@rollcall/http';
import type { Logger } from '@rollcall/observability';
import type { Allowances } from '../allowances';
import { judgeIdentity, type IdentityVerdict } from '../identity/identity-check';
import type { IdentityCopy } from '../identity/identity-copy.service';
import type { ShownIdentities, ShownIdentity } from '../identity/shown-identity';
import type { IngestLog } from '../ingest.log';
import type { DoorRequest, IngestMetrics } from '../ingest.metrics';
import type { TakeReportService } from '../report/take-report.service';
import { doorAnswer, outcomeWord, refused, type DoorDecision } from './door-decision';
import { readBody, type RequestBody } from './request-body';

export interface ReportDoorParts {
  readonly shown: ShownIdentities;
  readonly copy: Pick<IdentityCopy, 'current'>;
  /** Requests of one server. */
  readonly requestAllowances: Allowances;
  /** Failed authentications of one address. */
  readonly failureAllowances: Allowances;
  readonly reports: TakeReportService;
  readonly metrics: IngestMetrics;
  readonly log: IngestLog;
  readonly logger: Pick<Logger, 'error'>;
}

/** Of one server: an agent waits for its answers, or gives them up one at a time. */
const PENDING_PER_SERVER_MAX = 4;

const METHODS: Readonly<Record<string, { request: DoorRequest; method: string }>> = {
  [REPORT_PATH]: { request: 'report', method: 'POST' },
  [WITHDRAW_PATH]: { request: 'withdraw', method: 'POST' },
  [GIVE_WAY_PATH]: { request: 'give-way', method: 'POST' },
  [PING_PATH]: { request: 'ping', method: 'GET' },
};

/**
 * The door itself: what is asked, who asks, whether too often, and only then what the body says. Until a request has an
 * identity nothing of its body is read, and nothing of it costs the store anything.
 */
export class ReportDoor {
  private readonly shares = new Shares(PENDING_PER_SERVER_MAX);

  constructor(private readonly parts: ReportDoorParts) {}

  readonly answer: RequestListener = (request, response) => void this.serve(request, response);

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMs = performance.now();
    // Asked now: the socket forgets it as soon as it breaks.
    const sourceAddress = request.socket.remoteAddress ?? '';
    const asked = METHODS[request.url ?? ''];
    const decision = await this.decide(request, asked, sourceAddress).catch((error: unknown) => {
      this.parts.logger.error({ err: error }, 'a fault in the report door');
      return refused('INTERNAL_ERROR');
    });
    const { metrics } = this.parts;
    const durationMs = performance.now() - startedAtMs;
    metrics.finished(asked?.request ?? 'other', outcomeWord(decision), durationMs);
    if (decision.kind === 'gone') return;
    if (isIdentityRefusal(decision)) response.setHeader('connection', 'close');
    writeAnswer(response, withMethod(doorAnswer(decision), decision, asked?.method));
  }

  private async decide(
    request: IncomingMessage,
    asked: (typeof METHODS)[string] | undefined,
    sourceAddress: string,
  ): Promise<DoorDecision> {
    if (!asked) return refused('PATH_NOT_FOUND');
    if (request.method !== asked.method) return refused('METHOD_NOT_ALLOWED');
    // Whoever asked is let in again, or not, by the roots there are now; an agent asks again at once.
    if (this.parts.shown.isOutdated(request.socket as TLSSocket)) {
      request.socket.destroy();
      return { kind: 'gone' };
    }
    const shown = this.parts.shown.read(request);
    const verdict = this.judge(shown);
    if (!verdict) return this.told(STORE_UNHEARD, sourceAddress);
    if (verdict.kind === 'refused') return this.refuseIdentity(verdict, sourceAddress);
    const { server } = verdict;
    if (!this.parts.requestAllowances.take(server) || !this.shares.take(server)) {
      return this.told(refused('TOO_MANY_REQUESTS'), sourceAddress, server);
    }
    try {
      const body = asked.request === 'ping' ? undefined : await readBody(request);
      // A body may take its time, and meanwhile somebody may have been revoked.
      const now = body ? this.judge(shown) : verdict;
      if (now?.kind === 'refused') return this.refuseIdentity(now, sourceAddress);
      const decision = now ? await this.take(asked.request, server, body) : STORE_UNHEARD;
      return this.told(decision, sourceAddress, server);
    } finally {
      this.shares.giveBack(server);
    }
  }

  /** Who somebody is by what is known now; undefined while that is too old to tell. */
  private judge(shown: ShownIdentity): IdentityVerdict | undefined {
    const identities = this.parts.copy.current();
    return identities && judgeIdentity(shown, identities);
  }

  private async take(
    asked: DoorRequest,
    server: ServerId,
    body: RequestBody | undefined,
  ): Promise<DoorDecision> {
    const { reports } = this.parts;
    if (body === undefined) return reports.ping();
    switch (body.kind) {
      case 'gone':
        return { kind: 'gone' };
      case 'too-large':
        return refused('BODY_TOO_LARGE');
      case 'unreadable':
        return refused('INVALID_REPORT', { reason: 'the body is not JSON in UTF-8' });
      case 'json':
        if (asked === 'report')
          return unlessProblem(readReportBody(body.json), (report) =>
            reports.report(server, report),
          );
        return unlessProblem(readFenceBody(body.json), (fence) =>
          asked === 'withdraw' ? reports.withdraw(server, fence) : reports.giveWay(server, fence),
        );
    }
  }

  /** A right identity is never refused because of wrong ones from the same address: a NAT may stand there. */
  private refuseIdentity(
    verdict: IdentityVerdict & { kind: 'refused' },
    sourceAddress: string,
  ): DoorDecision {
    this.parts.metrics.identityRefused(verdict.reason);
    if (!this.parts.failureAllowances.take(sourceAddress)) return refused('TOO_MANY_REQUESTS');
    this.parts.log.identityRefused(verdict, sourceAddress);
    return refused(verdict.reason === 'none' ? 'IDENTITY_REQUIRED' : 'IDENTITY_REFUSED');
  }

  private told(decision: DoorDecision, sourceAddress: string, server?: ServerId): DoorDecision {
    // A refused address has its audit.
    if (decision.kind === 'refused' && decision.code !== 'ENDPOINT_NOT_ALLOWED') {
      this.parts.log.refused(decision, sourceAddress, server);
    }
    return decision;
  }
}

/** Whoever has no identity keeps no connection: others need the room. */
function isIdentityRefusal(decision: DoorDecision): boolean {
  return (
    decision.kind === 'refused' &&
    (decision.code === 'IDENTITY_REQUIRED' || decision.code === 'IDENTITY_REFUSED')
  );
}

const STORE_UNHEARD = refused('STORE_UNAVAILABLE', { failure: 'unreachable' });

async function unlessProblem<Body extends object>(
  body: Body | BodyProblem,
  take: (body: Body) => Promise<DoorDecision>,
): Promise<DoorDecision> {
  if ('problem' in body) return refused('INVALID_REPORT', { reason: body.problem });
  return take(body);
}

function withMethod(answer: HttpAnswer, decision: DoorDecision, method?: string): HttpAnswer {
  const isOther = decision.kind === 'refused' && decision.code === 'METHOD_NOT_ALLOWED';
  return isOther && method ? { ...answer, headers: { ...answer.headers, allow: method } } : answer;
}

import type { FenceBody, ReportBody } from '@rollcall/contracts';
import {
  reportProblem,
  type EndpointPolicy,
  type Fence,
  type LeasePolicy,
  type LocalId,
  type Report,
  type ReportOutcome,
  type ReportStore,
  type ServerId,
  type SessionList,
} from '@rollcall/domain';
import type { BoundedGate, Stopping, Unavailable } from '@rollcall/http';
import { refused, type DoorDecision } from '../door/door-decision';
import type { IngestMetrics } from '../ingest.metrics';
import type { EndpointAudit } from './endpoint-audit';

/** The store gets this share of what an agent waits for an answer: the refusal has to be there before it gives up. */
const SHARE_OF_PATIENCE = 0.7;

export interface TakeReportParts {
  readonly store: ReportStore;
  /** Bounds a report, which is one round trip or two. */
  readonly gate: BoundedGate;
  /** Bounds a ping. */
  readonly pingGate: BoundedGate;
  readonly endpoints: EndpointPolicy;
  readonly audit: EndpointAudit;
  readonly metrics: Pick<IngestMetrics, 'endpointRefused'>;
}

/** How long a report and a ping may wait for the store; agents wait two report time-outs for the one, and one for the other. */
export function storeBudgets({ reportTimeoutMs }: LeasePolicy): {
  reportMs: number;
  pingMs: number;
} {
  return {
    reportMs: 2 * reportTimeoutMs * SHARE_OF_PATIENCE,
    pingMs: reportTimeoutMs * SHARE_OF_PATIENCE,
  };
}

/** Takes what a server says of itself. The server is who the identity says; a body can only agree. */
export class TakeReportService {
  private pinging: Promise<void> | undefined;

  constructor(private readonly parts: TakeReportParts) {}

  async report(server: ServerId, body: ReportBody): Promise<DoorDecision> {
    if (namesAnother(server, body)) return refused('IDENTITY_MISMATCH');
    const report = toReport(server, body);
    const problem = reportProblem(report);
    if (problem !== undefined) return refused('INVALID_REPORT', { reason: problem });
    const refusal = this.parts.endpoints.refusal(report.endpoint);
    if (refusal !== undefined) {
      this.parts.metrics.endpointRefused();
      this.parts.audit.refused(server, report.endpoint, refusal);
      return refused('ENDPOINT_NOT_ALLOWED', { reason: refusal });
    }
    return this.outcomeOf(() => this.parts.store.report(report));
  }

  async withdraw(server: ServerId, body: FenceBody): Promise<DoorDecision> {
    return this.withFence(server, body, (fence) => this.parts.store.withdraw(server, fence));
  }

  async giveWay(server: ServerId, body: FenceBody): Promise<DoorDecision> {
    return this.withFence(server, body, (fence) => this.parts.store.giveWay(server, fence));
  }

  /** One ping of the store answers all that ask while it is under way. */
  async ping(): Promise<DoorDecision> {
    const passed = await this.parts.pingGate.pass(async () => {
      this.pinging ??= this.parts.store.ping().finally(() => (this.pinging = undefined));
      await this.pinging;
      return { kind: 'pong' } as const;
    });
    return unlessUnheard(passed);
  }

  private async withFence(
    server: ServerId,
    body: FenceBody,
    ask: (fence: Fence) => Promise<ReportOutcome>,
  ): Promise<DoorDecision> {
    if (namesAnother(server, body)) return refused('IDENTITY_MISMATCH');
    const fence = fenceOf(body);
    // The fence is checked as that of a report.
    const problem = reportProblem({ ...NOTHING, ...fence, server });
    if (problem !== undefined) return refused('INVALID_REPORT', { reason: problem });
    return this.outcomeOf(() => ask(fence));
  }

  private async outcomeOf(ask: () => Promise<ReportOutcome>): Promise<DoorDecision> {
    const passed = await this.parts.gate.pass(async (): Promise<DoorDecision> => ({
      kind: 'outcome',
      outcome: await ask(),
    }));
    return unlessUnheard(passed);
  }
}

function unlessUnheard(passed: DoorDecision | Unavailable | Stopping): DoorDecision {
  switch (passed.kind) {
    case 'unavailable':
      return refused('STORE_UNAVAILABLE', { failure: passed.cause });
    case 'stopping':
      return refused('STOPPING');
    default:
      return passed;
  }
}

function namesAnother(server: ServerId, { server: named }: FenceBody): boolean {
  return named !== undefined && named !== server;
}

function fenceOf({ boot, sequence }: FenceBody): Fence {
  return { boot, sequence };
}

function toReport(server: ServerId, body: ReportBody): Report {
  const { host, httpPort, quicPort, webUrlPath } = body.endpoint;
  const { zone, healthy, leaving } = body;
  return {
    server,
    ...fenceOf(body),
    endpoint: { host, httpPort, quicPort, webUrlPath },
    zone,
    healthy,
    leaving,
    sessions: toSessionList(body.sessions),
  };
}

function toSessionList({ kind, ids = [], reopened }: ReportBody['sessions']): SessionList {
  if (kind !== 'listed') return { kind };
  return {
    kind,
    ids: ids as readonly LocalId[],
    ...(reopened && { reopened: reopened as readonly LocalId[] }),
  };
}

const NOTHING: Omit<Report, 'server' | 'boot' | 'sequence'> = {
  endpoint: { host: 'localhost', httpPort: 1, quicPort: 0, webUrlPath: '/' },
  zone: '',
  healthy: false,
  leaving: true,
  sessions: { kind: 'unknown' },
};

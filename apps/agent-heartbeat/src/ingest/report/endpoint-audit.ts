import type { Endpoint, ServerId } from '@rollcall/domain';
import type { Logger } from '@rollcall/observability';

export interface EndpointAuditOptions {
  readonly logger: Pick<Logger, 'warn'>;
  /** A host gets one line in so long. */
  readonly lineEveryMs: number;
  /** A monotonic clock. */
  readonly now: () => number;
}

/** Tells who has reported an address that no client may be sent to: a host that is set up wrongly, or hostile. */
export class EndpointAudit {
  private readonly toldAtMs = new Map<ServerId, number>();

  constructor(private readonly options: EndpointAuditOptions) {}

  refused(server: ServerId, { host, httpPort, quicPort }: Endpoint, reason: string): void {
    const { logger, lineEveryMs, now } = this.options;
    const nowMs = now();
    if (nowMs - (this.toldAtMs.get(server) ?? Number.NEGATIVE_INFINITY) < lineEveryMs) return;
    this.forgetBefore(nowMs - lineEveryMs);
    this.toldAtMs.set(server, nowMs);
    logger.warn(
      { audit: 'endpoint-refused', server, host, httpPort, quicPort, reason },
      'a server reports an address that is not allowed; the report was refused, and nothing changed',
    );
  }

  /** Each server that is told of is told of anew by then, so the oldest stand first. */
  private forgetBefore(momentMs: number): void {
    for (const [server, atMs] of this.toldAtMs) {
      if (atMs > momentMs) return;
      this.toldAtMs.delete(server);
    }
  }
}

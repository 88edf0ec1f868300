import type { Metrics } from '@rollcall/observability';
import type { IdentityRefusal } from './identity/identity-check';

/** What is asked of a door; `other` is none of its paths. */
export type DoorRequest = 'report' | 'withdraw' | 'give-way' | 'ping' | 'other';

/** What an operator can watch of one door; no server id and no address in a label. */
export class IngestMetrics {
  private readonly requests;
  private readonly seconds;
  private readonly refusedIdentities;
  private readonly refusedEndpoints;
  private readonly restored;

  constructor(private readonly metrics: Metrics) {
    this.requests = metrics.counter({
      name: 'ingest_requests_total',
      help: 'Requests to the report door, by what they asked and what became of them',
      labelNames: ['request', 'outcome'],
    });
    this.seconds = metrics.histogram({
      name: 'ingest_request_duration_seconds',
      help: 'From the headers of a request to its answer',
      labelNames: ['request'],
    });
    this.refusedIdentities = metrics.counter({
      name: 'ingest_identities_refused_total',
      help: 'Requests refused because of whom they were from, by reason',
      labelNames: ['reason'],
    });
    this.refusedEndpoints = metrics.counter({
      name: 'ingest_endpoints_refused_total',
      help: 'Reports refused because ENDPOINT_ALLOW or ENDPOINT_PORTS does not admit the address',
    });
    this.restored = metrics.counter({
      name: 'ingest_identities_restored_total',
      help: 'Identities written back to a store that had lost them',
    });
    for (const reason of ['none', 'unusable', 'revoked', 'unknown-token'] as const) {
      this.refusedIdentities.inc({ reason }, 0);
    }
  }

  /** Shows what is going on at the moment of a scrape. */
  watch(pending: () => number, identities: () => number, ageMs: () => number): void {
    this.metrics.gauge({
      name: 'ingest_pending',
      help: 'Reports that wait for the store',
      collect() {
        this.set(pending());
      },
    });
    this.metrics.gauge({
      name: 'ingest_identities',
      help: 'Servers of which this process has a record',
      collect() {
        this.set(identities());
      },
    });
    this.metrics.gauge({
      name: 'ingest_identities_age_seconds',
      help: 'How long ago this process has read who may report; nobody may from 10 on',
      collect() {
        this.set(ageMs() / 1000);
      },
    });
  }

  finished(request: DoorRequest, outcome: string, durationMs: number): void {
    this.requests.inc({ request, outcome });
    this.seconds.observe({ request }, durationMs / 1000);
  }

  identityRefused(reason: IdentityRefusal): void {
    this.refusedIdentities.inc({ reason });
  }

  endpointRefused(): void {
    this.refusedEndpoints.inc();
  }

  identitiesRestored(count: number): void {
    this.restored.inc(count);
  }
}

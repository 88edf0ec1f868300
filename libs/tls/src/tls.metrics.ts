import type { Metrics } from '@rollcall/observability';
import type { TlsMaterial } from './tls-material';
import { TLS_REFUSALS, type TlsRefusal } from './tls-refusal';

const RELOADS = ['loaded', 'failed'] as const;

/** What became of new files. */
export type ReloadOutcome = (typeof RELOADS)[number];

/** Counts reloads and refused clients, and shows when the certificates in use run out. Every label is there from the start. */
export class TlsMetrics {
  private readonly reloads;
  private readonly refusals;

  constructor(metrics: Metrics, inUse: () => TlsMaterial) {
    this.reloads = metrics.counter({
      name: 'tls_reloads_total',
      help: 'New TLS files by what became of them',
      labelNames: ['outcome'],
    });
    this.refusals = metrics.counter({
      name: 'tls_refused_total',
      help: 'TLS clients refused, by what was wrong with their certificate',
      labelNames: ['reason'],
    });
    for (const outcome of RELOADS) this.reloads.inc({ outcome }, 0);
    for (const reason of TLS_REFUSALS) this.refusals.inc({ reason }, 0);
    metrics.gauge({
      name: 'tls_certificate_expires_seconds',
      help: 'When the first certificate in use runs out, in Unix time',
      labelNames: ['certificate'],
      collect() {
        const { expiresAtMs, clientCaExpiresAtMs } = inUse();
        this.set({ certificate: 'server' }, expiresAtMs / 1000);
        if (clientCaExpiresAtMs !== undefined) {
          this.set({ certificate: 'client_ca' }, clientCaExpiresAtMs / 1000);
        }
      },
    });
  }

  reloaded(outcome: ReloadOutcome): void {
    this.reloads.inc({ outcome });
  }

  refused(reason: TlsRefusal): void {
    this.refusals.inc({ reason });
  }
}

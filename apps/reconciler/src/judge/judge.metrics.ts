import type {
  HoldCause,
  HoldOutcome,
  ProbeResult,
  ReleaseOutcome,
  ReleaseReason,
  Survey,
} from '@rollcall/domain';
import type { Metrics } from '@rollcall/observability';

/** Who is asked what the pool of probes does. */
export interface PoolView {
  readonly running: number;
  readonly waiting: number;
}

/** What this process has found out of the silent, and done about them. */
export class JudgeMetrics {
  private readonly probes;
  private readonly holds;
  private readonly releases;
  private readonly late;
  private readonly held;
  private readonly protectedZones;
  private readonly protectedSince;
  private readonly lastTurn;

  constructor(metrics: Metrics, pool: PoolView) {
    this.probes = metrics.counter({
      name: 'probes_total',
      help: 'Probes of hosts by this process, by what they came to; of: late hosts, or live ones of the same zone (witness)',
      labelNames: ['of', 'result'],
    });
    this.holds = metrics.counter({
      name: 'holds_total',
      help: 'Leases of late servers that this process has extended or tried to, by why and what became of it',
      labelNames: ['cause', 'outcome'],
    });
    this.releases = metrics.counter({
      name: 'releases_total',
      help: 'Held servers that this process has let go or tried to, by why and what became of it',
      labelNames: ['reason', 'outcome'],
    });
    this.late = metrics.gauge({
      name: 'late_servers',
      help: 'Servers that have not reported for 2.2 intervals, held ones too, as this process saw them last',
    });
    this.held = metrics.gauge({
      name: 'held_servers',
      help: 'Late servers that are believed on a reconciler’s word, as this process saw them last',
    });
    this.protectedZones = metrics.gauge({
      name: 'protection_on',
      help: '1 for each zone that is protected, by name; empty for servers without a zone',
      labelNames: ['zone'],
    });
    this.protectedSince = metrics.gauge({
      name: 'protection_since_timestamp_seconds',
      help: 'Since when the zone is protected, in seconds since 1970 by the store’s clock',
      labelNames: ['zone'],
    });
    this.lastTurn = metrics.gauge({
      name: 'last_judgement_timestamp_seconds',
      help: 'When this process looked for the late last, in seconds since 1970; 0 when it has not yet',
    });
    metrics.gauge({
      name: 'probes_under_way',
      help: 'Probes under way in this process',
      collect() {
        this.set(pool.running);
      },
    });
    metrics.gauge({
      name: 'probes_waiting',
      help: 'Probes that are due in this process and wait for their turn',
      collect() {
        this.set(pool.waiting);
      },
    });
  }

  probed(of: 'late' | 'witness', result: ProbeResult): void {
    this.probes.inc({ of, result });
  }

  tookHold(cause: HoldCause, { kind }: HoldOutcome): void {
    this.holds.inc({ cause, outcome: kind });
  }

  released(reason: ReleaseReason, { kind }: ReleaseOutcome): void {
    this.releases.inc({ reason, outcome: kind });
  }

  surveyed({ lateTotal, late, protections }: Survey): void {
    this.late.set(lateTotal);
    this.held.set(late.filter(({ held }) => held).length);
    this.protectedZones.reset();
    this.protectedSince.reset();
    for (const { zone, state, sinceMs } of protections) {
      if (state !== 'on') continue;
      this.protectedZones.set({ zone }, 1);
      this.protectedSince.set({ zone }, sinceMs / 1_000);
    }
    this.lastTurn.setToCurrentTime();
  }

  /** What was seen last is no longer known to be so; who is protected is kept, as that lasts. */
  forget(): void {
    this.late.remove();
    this.held.remove();
  }
}

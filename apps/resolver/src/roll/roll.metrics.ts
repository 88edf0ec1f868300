import type { Metrics } from '@rollcall/observability';
import type { RollTrust } from '@rollcall/domain';

/** Shows whether this process takes the roll for settled; what is not found is a 404 only then. */
export function rollMetrics(metrics: Metrics, trust: () => RollTrust): void {
  metrics.gauge({
    name: 'roll_settled',
    help: '1 while the roll is settled and the renewals of this process get through',
    collect() {
      const { renewing, settled } = trust();
      this.set(renewing && settled ? 1 : 0);
    },
  });
}

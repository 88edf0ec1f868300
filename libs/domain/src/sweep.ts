import { planEvictions, type EvictionOutcome, type LapsedServer } from './eviction';
import type { LookupStore, RollStore } from './session-store.port';

/** What a sweep needs of the store. */
export type SweepStore = Pick<LookupStore, 'renew'> &
  Pick<RollStore, 'findLapsed' | 'evict' | 'sweepFinished'>;

/** How much one sweep does, and who is told. */
export interface SweepOptions {
  /** Most servers one sweep looks at: what is left is the next one's. */
  readonly batchSizeMax?: number;
  /** Evictions under way at the same time. */
  readonly concurrency?: number;
  /** Waited for when there is somebody to strike off, before that is done: protection is decided here. */
  readonly beforeEvicting?: () => Promise<void>;
  /** Told of each eviction as soon as its outcome is known. */
  readonly evictionTried?: (server: LapsedServer, outcome: EvictionOutcome) => void;
}

/** What a finished sweep has seen and done. */
export interface Sweep {
  /** Servers whose lease was over when the sweep looked, also those beyond its batch. */
  readonly lapsed: number;
  /** Servers struck off by this sweep; what another sweep did at the same time is not counted twice. */
  readonly evicted: number;
  /** Sessions that went with them. */
  readonly sessions: number;
  /** Servers left alone: the roll was not judged, or a report arrived in between. */
  readonly spared: number;
  /** Whether the roll was judged when the sweep looked: settled for half a lease. */
  readonly judged: boolean;
}

/** Servers a sweep looks at when it is not told otherwise. */
export const SWEEP_BATCH_SIZE_MAX = 500;

const CONCURRENCY = 16;

/**
 * Strikes off whose lease is over. Idempotent, and safe beside other sweeps: the store re-checks every eviction.
 * Rejects when the store does not answer; the sweep then does not count as finished.
 */
export async function sweep(store: SweepStore, options: SweepOptions = {}): Promise<Sweep> {
  const { batchSizeMax = SWEEP_BATCH_SIZE_MAX, concurrency = CONCURRENCY } = options;
  const { beforeEvicting, evictionTried } = options;
  await store.renew();
  const scan = await store.findLapsed(batchSizeMax);
  const plan = planEvictions(scan);
  if (plan.evict.length > 0) await beforeEvicting?.();
  const outcomes: EvictionOutcome[] = [];
  for (let start = 0; start < plan.evict.length; start += concurrency) {
    const together = plan.evict.slice(start, start + concurrency);
    await Promise.all(
      together.map(async (server) => {
        const outcome = await store.evict(server);
        outcomes.push(outcome);
        evictionTried?.(server, outcome);
      }),
    );
  }
  await store.sweepFinished();
  return { lapsed: scan.total, ...tally(outcomes, plan.spared), judged: scan.judged };
}

function tally(
  outcomes: readonly EvictionOutcome[],
  sparedByPlan: number,
): Pick<Sweep, 'evicted' | 'sessions' | 'spared'> {
  let evicted = 0;
  let sessions = 0;
  let spared = sparedByPlan;
  for (const outcome of outcomes) {
    if (outcome.kind === 'evicted') {
      evicted += 1;
      sessions += outcome.sessions;
    } else if (outcome.kind !== 'gone') {
      spared += 1;
    }
  }
  return { evicted, sessions, spared };
}

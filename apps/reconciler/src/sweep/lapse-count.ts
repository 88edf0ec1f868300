import type { LapsedServer } from '@rollcall/domain';

/** Tells lapses that were not there in the scan before: a lease that is over is seen by every sweep until it is dealt with. */
export class LapseCount {
  private known = new Set<string>();

  /** How many of these leases have ended since the scan before this one. */
  fresh(lapsed: readonly LapsedServer[]): number {
    const seen = new Set(
      lapsed.map(({ server, fence }) => `${server} ${fence.boot} ${fence.sequence}`),
    );
    const count = [...seen].filter((lapse) => !this.known.has(lapse)).length;
    this.known = seen;
    return count;
  }
}

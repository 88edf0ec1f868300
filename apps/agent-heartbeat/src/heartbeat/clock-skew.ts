import { Logger } from '@nestjs/common';
import type { AgentObserver } from '../agent.metrics';

/** Between two looks at the store's clock. */
const EVERY_MS = 60_000;

/** Further off than this is worth a line in the log; a door tells its clock to the second. */
const WORTH_TELLING_MS = 5_000;

/**
 * Tells how far this host's clock is off. Nothing depends on it, as leases go by the store's clock alone; but whoever reads
 * logs of several hosts, or checks certificates, wants it right.
 */
export class ClockSkew {
  private readonly logger = new Logger('Clock');
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private told = false;

  constructor(
    /** How far the host's clock is ahead of the store's, in milliseconds; undefined while nobody can tell. */
    private readonly measure: () => Promise<number | undefined>,
    private readonly observer: Pick<AgentObserver, 'clockSkewed'>,
  ) {}

  /** Looks if it is time to; the moment is of a monotonic clock. */
  async lookIfDue(nowMs: number): Promise<void> {
    if (nowMs - this.lookedAtMs < EVERY_MS) return;
    this.lookedAtMs = nowMs;
    const skewMs = await this.measure();
    if (skewMs === undefined) return;
    this.observer.clockSkewed(skewMs);
    const isOff = Math.abs(skewMs) > WORTH_TELLING_MS;
    if (isOff === this.told) return;
    this.told = isOff;
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    if (!isOff) this.logger.log('the clock of this host is right again');
    else
      this.logger.warn(
        `the clock of this host is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the store’s; leases do not depend on it`,
      );
  }
}

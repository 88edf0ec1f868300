import { Logger } from '@nestjs/common';
import {
  storeFailure,
  type EvictionOutcome,
  type LapsedServer,
  type Sweep,
} from '@rollcall/domain';

/** One line per eviction; whatever lasts is said when it begins and when it ends. */
export class SweepLog {
  private readonly logger = new Logger('Sweep');
  private failure: string | undefined;
  private sparing = false;
  private believed = 0;
  private believing = false;

  tried({ server, fence }: LapsedServer, outcome: EvictionOutcome): void {
    if (outcome.kind === 'evicted') {
      const { sessions } = outcome;
      this.logger.log({ server, sessions, reason: 'lapsed', ...fence }, 'a server is struck off');
    } else if (outcome.kind === 'renewed') {
      this.logger.log({ server, ...fence }, 'a lapsed server is spared: it has just reported');
    } else if (outcome.kind === 'vouched' || outcome.kind === 'protected') {
      this.believed += 1;
    }
  }

  finished({ judged, spared }: Sweep): void {
    if (this.failure !== undefined) this.logger.log('sweeps finish again');
    this.failure = undefined;
    const sparing = !judged && spared > 0;
    if (sparing && !this.sparing) {
      this.logger.warn(
        { servers: spared },
        'lapsed servers are spared: the roll is not settled, or has only just settled',
      );
    }
    if (!sparing && this.sparing) this.logger.log('lapsed servers are no longer spared');
    this.sparing = sparing;
    const believing = this.believed > 0;
    if (believing && !this.believing) {
      const servers = this.believed;
      this.logger.warn({ servers }, 'lapsed servers are spared: protected, or just probed well');
    }
    if (!believing && this.believing) this.logger.log('no lapsed server is spared any more');
    this.believing = believing;
    this.believed = 0;
  }

  failed(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (failure === this.failure) return;
    this.failure = failure;
    if (storeFailure(error)) this.logger.warn(`sweeps fail: ${failure}`);
    else this.logger.error(error, 'sweeps fail');
  }
}

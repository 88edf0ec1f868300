import { Injectable, Logger } from '@nestjs/common';
import { storeFailure, type LeasePolicy, type RollStore } from '@rollcall/domain';
import { Periodic } from '../periodic';
import { takeCensus } from './census';
import type { CensusMetrics } from './census.metrics';

const EVERY_MS = 15_000;
const RETRY_AFTER_MS = 1_000;

/** Takes a census from time to time, for the metrics. */
@Injectable()
export class CensusService {
  private readonly logger = new Logger(CensusService.name);
  private readonly rounds = new Periodic(() => this.take());

  constructor(
    private readonly store: Pick<RollStore, 'servers'>,
    private readonly policy: LeasePolicy,
    private readonly metrics: CensusMetrics,
  ) {}

  start(): void {
    this.rounds.start();
  }

  async stop(): Promise<void> {
    await this.rounds.stop();
  }

  private async take(): Promise<number> {
    try {
      this.metrics.show(await takeCensus(this.store, this.policy));
      return EVERY_MS;
    } catch (error) {
      this.metrics.forget();
      // Sweeps fail as well then, and say so.
      if (!storeFailure(error)) this.logger.error(error, 'the census failed');
      return RETRY_AFTER_MS;
    }
  }
}

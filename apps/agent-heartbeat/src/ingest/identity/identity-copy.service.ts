import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  reconcileIdentities,
  storeFailure,
  type Identities,
  type IdentityStore,
} from '@rollcall/domain';
import type { IngestMetrics } from '../ingest.metrics';

const READ_EVERY_MS = 2_000;

/** After a failed reading the next one comes this soon, so that the end of an outage is noticed. */
const RETRY_AFTER_MS = 500;

/** A copy that is older may let in what was revoked meanwhile. */
const BELIEVED_MS = 10_000;

/** A loop that is this much later than it ever should be has stopped turning. */
const LIFE_SLACK_MS = 30_000;

export interface CopyClocks {
  /** A monotonic clock. */
  readonly now: () => number;
  /** Unix time. */
  readonly unixNow: () => number;
}

/**
 * This process's copy of the identities, which every request is judged by: none costs a read, and a store that was
 * emptied gets them back. It is read again every two seconds, one reading at a time.
 */
@Injectable()
export class IdentityCopy implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(IdentityCopy.name);
  private identities: Identities = new Map();
  private version: string | undefined;
  private readAtMs = Number.NEGATIVE_INFINITY;
  private turnedAtMs: number;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly store: IdentityStore,
    private readonly metrics: Pick<IngestMetrics, 'identitiesRestored'>,
    private readonly clocks: CopyClocks,
  ) {
    this.turnedAtMs = clocks.now();
  }

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Undefined when it is not known well enough who may report. */
  current(): Identities | undefined {
    return this.ageMs < BELIEVED_MS ? this.identities : undefined;
  }

  /** How many servers there is a record of. */
  get size(): number {
    return this.identities.size;
  }

  /** How long ago the store was last read; infinite before the first time. */
  get ageMs(): number {
    return this.clocks.now() - this.readAtMs;
  }

  /** Says why nobody can be let in, or undefined when nothing is in the way. */
  problem(): string | undefined {
    if (this.ageMs < BELIEVED_MS) return undefined;
    return Number.isFinite(this.readAtMs)
      ? `the identities were last read ${Math.round(this.ageMs)} ms ago`
      : 'the identities have not been read yet';
  }

  /** What only a restart cures; an absent store does not cause it. */
  livenessProblem(): string | undefined {
    return this.clocks.now() - this.turnedAtMs > READ_EVERY_MS + LIFE_SLACK_MS
      ? 'the identities are not read any more'
      : undefined;
  }

  /** Reads the store once; never rejects. */
  async refresh(): Promise<void> {
    const startedAtMs = this.clocks.now();
    try {
      const read = await this.store.read(this.version);
      if (read) {
        const reconciled = reconcileIdentities(
          this.identities,
          read.identities,
          this.clocks.unixNow(),
        );
        this.identities = reconciled.identities;
        // Until it has them back, the store does not hold what is known here.
        this.version = reconciled.lost.length === 0 ? read.version : undefined;
        if (reconciled.lost.length > 0) await this.restore(reconciled.lost);
      }
      // The answer is as old as its question.
      this.readAtMs = startedAtMs;
      this.noteSuccess();
    } catch (error) {
      this.noteFailure(error);
    }
    this.turnedAtMs = this.clocks.now();
  }

  private async restore(lost: Parameters<IdentityStore['restore']>[0]): Promise<void> {
    await this.store.restore(lost);
    this.metrics.identitiesRestored(lost.length);
    this.logger.warn('the store has lost identities: they are written back', {
      servers: lost.length,
    });
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.refresh().then(() => this.schedule(this.failing ? RETRY_AFTER_MS : READ_EVERY_MS));
    }, delayMs);
  }

  private noteSuccess(): void {
    if (this.failing) this.logger.log('the identities can be read again');
    this.failing = false;
  }

  private noteFailure(error: unknown): void {
    const failure = storeFailure(error);
    if (failure === undefined) this.logger.error(error);
    else if (!this.failing) this.logger.warn('the identities cannot be read', { failure });
    this.failing = true;
  }
}

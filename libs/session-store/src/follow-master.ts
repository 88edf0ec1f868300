import type { Redis } from 'ioredis';

const LOOK_TIMEOUT_MS = 2_000;
/** Refusals come with every report; the Sentinels are asked by one of them at a time, and not again at once. */
const APART_MS = 1_000;

/**
 * Sees to it that a connection through Sentinels leaves a server which is no longer the master. That one goes on taking
 * writes for some eight seconds, until the Sentinels have made it a replica; only with `min-replicas-to-write` does it
 * know that something is wrong, for its replicas follow another. The master with a lost replica refuses alike, and must
 * not be left: hence the question.
 */
export class MasterFollower {
  private asking = false;

  constructor(
    private readonly redis: Redis,
    private readonly left: () => void,
  ) {}

  /** After a write was refused for want of replicas. */
  async look(): Promise<void> {
    if (this.asking || this.redis.status !== 'ready') return;
    this.asking = true;
    try {
      const before = addressOf(this.redis);
      const master = await this.askForMaster();
      const isSame = master === undefined || master === before || before !== addressOf(this.redis);
      if (isSame || this.redis.status !== 'ready') return;
      this.redis.disconnect(true);
      this.left();
    } finally {
      setTimeout(() => (this.asking = false), APART_MS).unref();
    }
  }

  /** Where a new connection ends up; undefined when none comes about in time. */
  private async askForMaster(): Promise<string | undefined> {
    const visitor = this.redis.duplicate({
      lazyConnect: true,
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
    });
    visitor.on('error', () => undefined);
    const timer = setTimeout(() => visitor.disconnect(), LOOK_TIMEOUT_MS);
    try {
      await visitor.connect();
      return addressOf(visitor);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      visitor.disconnect();
    }
  }
}

function addressOf({ stream }: Redis): string | undefined {
  const { remoteAddress, remotePort } = stream as { remoteAddress?: string; remotePort?: number };
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

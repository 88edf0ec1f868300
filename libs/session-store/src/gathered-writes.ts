import type { RedisConnection } from './redis-connection';

/**
 * Sends the commands of one turn of the event loop in one piece: a write of its own is a system call, which costs Node
 * as much as all else that it does for a command. One that is sent while none is under way goes out at once, so that
 * nothing waits for company that does not come. A Cluster has no single stream; there each goes out by itself.
 */
export class GatheredWrites {
  private isGathering = false;

  constructor(private readonly redis: RedisConnection) {}

  /** To be called before a command is sent while others are under way. */
  gather(): void {
    if (this.isGathering || !('stream' in this.redis)) return;
    const { stream } = this.redis;
    if (!stream?.writable) return;
    this.isGathering = true;
    stream.cork();
    setImmediate(() => {
      this.isGathering = false;
      stream.uncork();
    });
  }
}

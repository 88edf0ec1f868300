import { startTestRedis } from '@rollcall/testing';

/** One redis-server. A topology is what a site needs of a store: anything with these members serves. */
export class Standalone {
  static async start({ persistence = 'always', args = [], network }) {
    // Every process has an address of its own for it, so that one can be cut off.
    const open = network ? ['--bind', '0.0.0.0', '--protected-mode', 'no'] : [];
    return new Standalone(await startTestRedis({ persistence, args: [...open, ...args] }), network);
  }

  constructor(redis, network) {
    this.redis = redis;
    this.hasRoads = Boolean(network);
  }

  /** Settings of a process that reaches the store at this address of the machine. */
  environment(road) {
    const host = this.hasRoads ? road : this.redis.host;
    return { REDIS_URL: `redis://${host}:${this.redis.port}` };
  }

  /** A connection of the runner's own; `stop` closes it. */
  client(options) {
    return this.redis.client({ commandTimeout: 1_000, maxRetriesPerRequest: 1, ...options });
  }

  /** The server processes: `[{ name, pid }]`, asked for again whenever one was restarted. */
  async processes() {
    const client = this.redis.client({ commandTimeout: 1_000 });
    try {
      const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))[1]);
      return [{ name: 'redis', pid }];
    } finally {
      client.disconnect();
    }
  }

  stop() {
    return this.redis.stop();
  }
}

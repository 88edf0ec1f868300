import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { withFreePort } from './free-port';
import { startRedisContainer } from './redis-container';
import { startRedisProcess } from './redis-process';
import { redisSource } from './redis-source';
import type { RedisSource } from './redis-source';
import type { RestartOptions, TestRedisServer } from './test-redis-server';

/** What a test may ask of its Redis. */
export interface TestRedisOptions {
  /** `always`: every write is on disk before it is answered. `none`: memory only. */
  persistence?: 'always' | 'none';
  /** Further settings, as on the server's command line. */
  args?: readonly string[];
}

const PERSISTENCE = {
  always: ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
  none: ['--save', '', '--appendonly', 'no'],
};

// On disconnect, ioredis waits so long for the end of a connection that is already gone, and Jest with it.
const DISCONNECT_TIMEOUT_MS = 100;

/** Starts a Redis for one test file; where none can be had, it says how to get one. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const args = [...PERSISTENCE[options.persistence ?? 'none'], ...(options.args ?? [])];
  const source = redisSource();
  try {
    return new TestRedis(await withFreePort((port) => start(source, port, args)));
  } catch (cause) {
    throw new Error(
      `${describe(source)} did not start: ${String(cause)}\n` +
        'These tests need a Redis: install redis-server or valkey-server, or run Docker and set TEST_REDIS=containers.',
      { cause },
    );
  }
}

/** A Redis of a test's own, with the clients that were made for it. */
export class TestRedis implements TestRedisServer {
  private readonly clients: Redis[] = [];

  constructor(private readonly server: TestRedisServer) {}

  get host(): string {
    return this.server.host;
  }

  get port(): number {
    return this.server.port;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** A connection to it that `stop` closes. */
  client(options: RedisOptions = {}): Redis {
    const client = new Redis({
      host: this.host,
      port: this.port,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      ...options,
    });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.disconnect();
    await this.server.stop();
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  restart(options?: RestartOptions): Promise<void> {
    return this.server.restart(options);
  }

  pause(): Promise<void> {
    return this.server.pause();
  }

  resume(): Promise<void> {
    return this.server.resume();
  }
}

function start(source: RedisSource, port: number, args: string[]): Promise<TestRedisServer> {
  return source.kind === 'containers'
    ? startRedisContainer(source.image, port, args)
    : startRedisProcess(source.binary, port, args);
}

function describe(source: RedisSource): string {
  return source.kind === 'containers' ? `The image ${source.image}` : source.binary;
}

import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { withFreePort } from './free-port';
import { startRedisContainer } from './redis-container';
import { startRedisProcess } from './redis-process';
import { redisProgram, redisSource } from './redis-source';
import type { RedisSource } from './redis-source';
import { ServerSecurity, type SecurityOptions } from './server-security';
import type { RestartOptions, TestRedisServer } from './test-redis-server';

/** What a test may ask of its Redis. */
export interface TestRedisOptions extends SecurityOptions {
  /** `always`: every write is on disk before it is answered. `none`: memory only. */
  persistence?: 'always' | 'none';
  /** Further settings, as on the server's command line. */
  args?: readonly string[];
}

/** Arguments of a server that keeps what it is told to keep. */
export const PERSISTENCE = {
  always: ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
  none: ['--save', '', '--appendonly', 'no'],
};

// On disconnect, ioredis waits so long for the end of a connection that is already gone, and Jest with it.
const DISCONNECT_TIMEOUT_MS = 100;

/** Starts a Redis for one test file; where none can be had, it says how to get one. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const args = [...PERSISTENCE[options.persistence ?? 'none'], ...(options.args ?? [])];
  const security = new ServerSecurity(options);
  const source = options.tls || options.users ? program() : redisSource();
  try {
    const server = await withFreePort((port) => start(source, port, args, security));
    return new TestRedis(server, security);
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

  constructor(
    private readonly server: TestRedisServer,
    private readonly security = new ServerSecurity(),
  ) {}

  get host(): string {
    return this.server.host;
  }

  get port(): number {
    return this.server.port;
  }

  get pid(): number | undefined {
    return this.server.pid;
  }

  /** Without credentials. */
  get url(): string {
    return `${this.security.scheme}://${this.host}:${this.port}`;
  }

  /** The product's settings for it, with the operator's credentials if it has users. */
  get environment(): Record<string, string> {
    return { REDIS_URL: this.url, ...this.security.environment };
  }

  /** A connection to it that `stop` closes. */
  client(options: RedisOptions = {}): Redis {
    const client = new Redis({
      host: this.host,
      port: this.port,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      ...this.security.clientOptions,
      ...options,
    });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.disconnect();
    await this.server.stop();
    this.security.stop();
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

function start(
  source: RedisSource,
  port: number,
  args: string[],
  security: ServerSecurity,
): Promise<TestRedisServer> {
  if (source.kind === 'containers') return startRedisContainer(source.image, port, args);
  const { files } = security;
  return startRedisProcess(source.binary, port, {
    args: [...security.serverArgs(port), ...args],
    files,
  });
}

/** A locked server needs its files, which only a process of this machine is given. */
function program(): RedisSource {
  return { kind: 'process', binary: redisProgram() };
}

function describe(source: RedisSource): string {
  return source.kind === 'containers' ? `The image ${source.image}` : source.binary;
}

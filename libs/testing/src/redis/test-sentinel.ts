import { Redis, type RedisOptions } from 'ioredis';
import { withFreePort } from './free-port';
import { startRedisProcess } from './redis-process';
import { redisProgram } from './redis-source';
import { nodeList, ServerSecurity, type SecurityOptions } from './server-security';
import { settled } from './settled';
import { PERSISTENCE, TestRedis, type TestRedisOptions } from './test-redis';

/** What a test may ask of its Sentinels and their servers. */
export interface TestSentinelOptions extends TestRedisOptions {
  /** After so long without an answer a server counts as down; 1 s. */
  downAfterMs?: number;
  /** How many Sentinels must agree; 2 of the 3. */
  quorum?: number;
  /** How many replicas the master has; 1. */
  replicas?: number;
}

/** The name under which the Sentinels know the master. */
export const SENTINEL_MASTER = 'roll';

const SENTINELS = 3;
/** A second failover of the same master is not tried before twice this. */
const FAILOVER_TIMEOUT_MS = 2_000;
const FAST_SYNC = ['--repl-diskless-sync-delay', '0'];

/** Starts a master, its replicas (one unless told otherwise) and three Sentinels that watch them, as processes of this machine. */
export async function startTestSentinel(options: TestSentinelOptions = {}): Promise<TestSentinel> {
  const roll = new TestSentinel(options);
  try {
    await roll.start();
    return roll;
  } catch (error) {
    await roll.stop();
    throw error;
  }
}

/** Two servers or more under three Sentinels. Any of them may be killed, restarted, paused and resumed like any `TestRedis`. */
export class TestSentinel {
  /** The first was the master at the start. */
  readonly servers: TestRedis[] = [];
  readonly sentinels: TestRedis[] = [];
  private readonly security: ServerSecurity;
  private readonly ofSentinels: ServerSecurity;
  private readonly clients: Redis[] = [];

  constructor(private readonly options: TestSentinelOptions) {
    this.security = new ServerSecurity(options);
    this.ofSentinels = new ServerSecurity({ tls: options.tls } satisfies SecurityOptions);
  }

  async start(): Promise<void> {
    const master = await this.startServer();
    const { replicas = 1 } = this.options;
    for (let replica = 0; replica < replicas; replica++) await this.startServer(master);
    for (let sentinel = 0; sentinel < SENTINELS; sentinel++) await this.startSentinel(master);
    await this.untilSettled();
  }

  /** The product's settings for it, with the operator's credentials if it has users. */
  get environment(): Record<string, string> {
    return {
      REDIS_MODE: 'sentinel',
      REDIS_NODES: nodeList(this.sentinels),
      REDIS_SENTINEL_MASTER: SENTINEL_MASTER,
      ...this.security.environment,
    };
  }

  /** The server that the Sentinels call the master; asks those that answer. */
  async master(): Promise<TestRedis> {
    for (const sentinel of this.sentinels) {
      const master = await this.masterFor(sentinel);
      if (master) return master;
    }
    throw new Error('no Sentinel answers');
  }

  /** A server that is not the master. */
  async replica(): Promise<TestRedis> {
    const master = await this.master();
    return this.servers.find((server) => server !== master)!;
  }

  /**
   * Has the Sentinels make a replica the master though the old one runs; resolves with the new one. The old one goes on
   * taking writes, which are lost, until the Sentinels have made it a replica some eight seconds later: `untilSettled`.
   */
  async promote(): Promise<TestRedis> {
    const before = await this.master();
    const client = this.sentinels[0]!.client();
    await settled('a failover begins', () =>
      client.call('SENTINEL', 'FAILOVER', SENTINEL_MASTER).then(() => true),
    );
    return this.masterOtherThan(before);
  }

  /** Resolves with the new master once every Sentinel that answers names it instead of this one, and it says so itself. */
  async masterOtherThan(before: TestRedis): Promise<TestRedis> {
    let found: TestRedis | undefined;
    await settled('there is another master', async () => {
      const named = await Promise.all(this.sentinels.map((sentinel) => this.masterFor(sentinel)));
      const [master, ...others] = new Set(named.filter((server) => server !== undefined));
      found = master;
      if (master === undefined || master === before || others.length > 0) return false;
      return (await roleOf(master)) === 'master';
    });
    return found!;
  }

  /** Resolves when every replica that runs follows the master, and every Sentinel knows them and each other. */
  async untilSettled(): Promise<void> {
    const { replicas = 1 } = this.options;
    await settled('the Sentinels know all', async () => {
      const states = await Promise.all(this.sentinels.map((sentinel) => stateOf(sentinel)));
      const master = await this.master();
      const others = this.servers.filter((server) => server !== master && server.pid);
      const links = await Promise.all(
        others.map((server) => replicationOf(server, 'master_link_status')),
      );
      return (
        links.every((link) => link === 'up') &&
        states.every(
          (state) =>
            state['flags'] === 'master' &&
            Number(state['num-slaves']) === replicas &&
            Number(state['num-other-sentinels']) === SENTINELS - 1,
        )
      );
    });
  }

  /** The operator's connection to whichever server is the master; `stop` closes it. */
  client(options: RedisOptions = {}): Redis {
    const { tls, ...credentials } = this.security.clientOptions;
    const client = new Redis({
      sentinels: this.sentinels.map(({ host, port }) => ({ host, port })),
      name: SENTINEL_MASTER,
      ...credentials,
      ...(tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
      sentinelCommandTimeout: 500,
      disconnectTimeout: 100,
      retryStrategy: () => 100,
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      ...options,
    });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.disconnect();
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
    this.security.stop();
    this.ofSentinels.stop();
  }

  /** Undefined when this Sentinel does not answer. */
  private async masterFor(sentinel: TestRedis): Promise<TestRedis | undefined> {
    const client = sentinel.client({ commandTimeout: 500, maxRetriesPerRequest: 0 });
    try {
      const asked = ['GET-MASTER-ADDR-BY-NAME', SENTINEL_MASTER];
      const address = (await client.call('SENTINEL', ...asked)) as [string, string] | null;
      return this.servers.find(({ port }) => port === Number(address?.[1]));
    } catch {
      return undefined;
    } finally {
      client.disconnect();
    }
  }

  private async startServer(master?: TestRedis): Promise<TestRedis> {
    const { security } = this;
    const { persistence = 'none', args = [] } = this.options;
    const replication = master ? ['--replicaof', `${master.host} ${master.port}`] : [];
    const server = await withFreePort((port) =>
      startRedisProcess(redisProgram(), port, {
        args: [
          ...[...security.serverArgs(port), ...PERSISTENCE[persistence]],
          ...[...FAST_SYNC, ...replication, ...args],
        ],
        files: security.files,
      }),
    );
    return add(this.servers, new TestRedis(server, security));
  }

  private async startSentinel(master: TestRedis): Promise<void> {
    const { downAfterMs = 1_000, quorum = 2 } = this.options;
    const lines = [
      `sentinel monitor ${SENTINEL_MASTER} ${master.host} ${master.port} ${quorum}`,
      `sentinel down-after-milliseconds ${SENTINEL_MASTER} ${downAfterMs}`,
      `sentinel failover-timeout ${SENTINEL_MASTER} ${FAILOVER_TIMEOUT_MS}`,
      ...this.security.sentinelLines(SENTINEL_MASTER),
    ];
    const sentinel = await withFreePort((port) =>
      startRedisProcess(redisProgram(), port, {
        args: this.ofSentinels.sentinelArgs(port),
        files: this.ofSentinels.files,
        sentinel: lines,
      }),
    );
    add(this.sentinels, new TestRedis(sentinel, this.ofSentinels));
  }
}

function add<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}

async function stateOf(sentinel: TestRedis): Promise<Record<string, string | undefined>> {
  const client = sentinel.client({ commandTimeout: 500 });
  try {
    const flat = (await client.call('SENTINEL', 'MASTER', SENTINEL_MASTER)) as string[];
    return Object.fromEntries(
      flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])),
    );
  } finally {
    client.disconnect();
  }
}

async function roleOf(server: TestRedis): Promise<string | undefined> {
  return replicationOf(server, 'role');
}

/** A field of `INFO replication`: what a server says of itself and of those that follow it. */
export async function replicationOf(server: TestRedis, field: string): Promise<string | undefined> {
  const client = server.client({ commandTimeout: 500, maxRetriesPerRequest: 0 });
  try {
    const text = await client.info('replication');
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1];
  } finally {
    client.disconnect();
  }
}

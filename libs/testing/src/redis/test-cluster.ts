import { Cluster, type ClusterOptions, type Redis } from 'ioredis';
import { freeClusterPort, withFreePort } from './free-port';
import { startRedisProcess } from './redis-process';
import { redisProgram } from './redis-source';
import { nodeList, ServerSecurity } from './server-security';
import { settled } from './settled';
import { PERSISTENCE, TestRedis, type TestRedisOptions } from './test-redis';

/** What a test may ask of its Cluster. */
export interface TestClusterOptions extends TestRedisOptions {
  /** After so long without an answer a node counts as down; 1 s. */
  nodeTimeoutMs?: number;
}

const MASTERS = 3;
const NODES = 2 * MASTERS;
const SLOTS = 16_384;
const KEYS_PER_MOVE = 100;
/** So many looks, 20 ms apart: a word that was under way is heard between two of them. */
const AGREED_IN_A_ROW = 4;
const MOVE_TIMEOUT_MS = 5_000;

/** Starts a Cluster of three masters with a replica each, as processes of this machine. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const cluster = new TestCluster(options);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Six nodes. Any of them may be killed, restarted, paused and resumed like any `TestRedis`. */
export class TestCluster {
  /** The first three were the masters at the start, each with the replica that stands three places after it. */
  readonly nodes: TestRedis[] = [];
  private readonly security: ServerSecurity;
  private readonly operators = new Map<TestRedis, Redis>();
  private readonly clients: Cluster[] = [];
  private readonly ids = new Map<TestRedis, string>();

  constructor(private readonly options: TestClusterOptions) {
    this.security = new ServerSecurity(options);
  }

  async start(): Promise<void> {
    for (let node = 0; node < NODES; node++) await this.startNode();
    await this.meet();
    await this.untilSettled();
  }

  /** The product's settings for it, with the operator's credentials if it has users. */
  get environment(): Record<string, string> {
    return {
      REDIS_MODE: 'cluster',
      REDIS_NODES: nodeList(this.nodes),
      ...this.security.environment,
    };
  }

  /** The master of a key's slot, as those nodes that answer see it. */
  async masterOf(key: string): Promise<TestRedis> {
    return (await this.placesOf(await this.slotOf(key)))[0]!;
  }

  /** The replicas of a key's slot. */
  async replicasOf(key: string): Promise<TestRedis[]> {
    return (await this.placesOf(await this.slotOf(key))).slice(1);
  }

  /** The masters that hold slots. */
  async masters(): Promise<TestRedis[]> {
    const ranges = await this.ask((operator) => operator.cluster('SLOTS'));
    const ports = ranges.map(([, , master]) => master?.[1]);
    return this.nodes.filter(({ port }) => ports.includes(port));
  }

  /** Has a replica of the key's slot take over in an orderly way; resolves with it when it is the master. */
  async promote(key: string): Promise<TestRedis> {
    const [before, replica] = [await this.masterOf(key), (await this.replicasOf(key))[0]!];
    await settled('a failover begins', () =>
      this.operator(replica)
        .cluster('FAILOVER')
        .then(() => true),
    );
    return this.masterOtherThan(before, key);
  }

  /** Resolves with the new master of the key's slot once it is another than this one, and the Cluster is whole. */
  async masterOtherThan(before: TestRedis, key: string): Promise<TestRedis> {
    let found: TestRedis | undefined;
    const slot = await this.slotOf(key);
    await settled('the slot has another master', async () => {
      const others = this.nodes.filter((node) => node !== before);
      found = (await this.placesOf(slot, others))[0]!;
      return found !== before && (await this.stateOf(found)) === 'ok';
    });
    return found!;
  }

  /** Resolves once another master has taken this one's slots, and every other node that runs says that all are served. */
  async replaced(master: TestRedis): Promise<void> {
    const others = this.nodes.filter((node) => node !== master && node.pid !== undefined);
    await settled('the slots have another master', async () => {
      const seen = await Promise.all(
        others.map(async (node) => ({
          ranges: await this.operator(node).cluster('SLOTS'),
          state: await this.stateOf(node),
        })),
      );
      return seen.every(
        ({ ranges, state }) =>
          state === 'ok' && ranges.every(([, , chosen]) => chosen?.[1] !== master.port),
      );
    });
  }

  /** Moves a key's slot, with all that is in it, to another master, as `redis-cli --cluster reshard` does. */
  async moveSlot(key: string, to: TestRedis): Promise<void> {
    const slot = await this.slotOf(key);
    const from = await this.masterOf(key);
    if (from === to) return;
    const [source, target] = [this.operator(from), this.operator(to)];
    const [fromId, toId] = [this.ids.get(from)!, this.ids.get(to)!];
    await target.cluster('SETSLOT', slot, 'IMPORTING', fromId);
    await source.cluster('SETSLOT', slot, 'MIGRATING', toId);
    const { username, password } = this.security.clientOptions;
    const auth = username && password ? ['AUTH2', username, password] : [];
    for (;;) {
      const keys = (await source.cluster('GETKEYSINSLOT', slot, KEYS_PER_MOVE)) as string[];
      if (keys.length === 0) break;
      const where = [to.host, to.port, '', 0, MOVE_TIMEOUT_MS];
      await source.call('MIGRATE', ...where, ...auth, 'KEYS', ...keys);
    }
    await this.assign(slot, toId, [to, from, ...this.nodes]);
    let agreed = 0;
    await settled('everybody knows who holds the slot', async () => {
      const others = await this.thoseWhoDeny(slot, to);
      await this.assign(slot, toId, others);
      agreed = others.length === 0 ? agreed + 1 : 0;
      return agreed === AGREED_IN_A_ROW;
    });
  }

  private async assign(slot: number, id: string, nodes: readonly TestRedis[]): Promise<void> {
    for (const node of nodes) {
      await this.operator(node)
        .cluster('SETSLOT', slot, 'NODE', id)
        .catch(() => undefined);
    }
  }

  /** Who heard an older word of the master before after having been told does not believe that it has changed. */
  private async thoseWhoDeny(slot: number, master: TestRedis): Promise<TestRedis[]> {
    const running = this.nodes.filter(({ pid }) => pid !== undefined);
    const believed = await Promise.all(running.map((node) => this.placesOf(slot, [node])));
    return running.filter((_, index) => believed[index]?.[0] !== master);
  }

  /** Resolves when every node that runs says that all slots are served, and knows of every replica, which has its master. */
  async untilSettled(): Promise<void> {
    await settled('the Cluster is whole', async () => {
      const running = this.nodes.filter(({ pid }) => pid !== undefined);
      const states = await Promise.all(running.map((node) => this.stateOf(node)));
      const links = await Promise.all(running.map((node) => this.linkOf(node)));
      const known = await Promise.all(running.map((node) => this.replicasKnownTo(node)));
      return (
        states.every((state) => state === 'ok') &&
        links.every((link) => link !== 'down') &&
        known.every((count) => count === running.length - MASTERS)
      );
    });
  }

  /** The operator's connection to the whole; `stop` closes it. */
  client({ redisOptions, ...options }: ClusterOptions = {}): Cluster {
    const client = new Cluster(
      this.nodes.map(({ host, port }) => ({ host, port })),
      {
        dnsLookup: (address, callback) => callback(null, address),
        clusterRetryStrategy: () => 100,
        redisOptions: {
          ...this.security.clientOptions,
          disconnectTimeout: 100,
          ...redisOptions,
        },
        ...options,
      },
    );
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  /** A connection of the operator to one node; `stop` closes it. */
  operator(node: TestRedis): Redis {
    let operator = this.operators.get(node);
    if (operator === undefined || operator.status === 'end') {
      operator = node.client({ commandTimeout: 1_000, retryStrategy: () => 100 });
      this.operators.set(node, operator);
    }
    return operator;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.disconnect();
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.security.stop();
  }

  private async startNode(): Promise<void> {
    const { security } = this;
    const { persistence = 'none', args = [], nodeTimeoutMs = 1_000 } = this.options;
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)];
    const calm = ['--cluster-allow-replica-migration', 'no', '--repl-diskless-sync-delay', '0'];
    const server = await withFreePort(
      (port) =>
        startRedisProcess(redisProgram(), port, {
          args: [
            ...[...security.serverArgs(port), ...PERSISTENCE[persistence]],
            ...[...cluster, ...calm, ...args],
          ],
          files: security.files,
        }),
      freeClusterPort,
    );
    this.nodes.push(new TestRedis(server, security));
  }

  private async meet(): Promise<void> {
    const operators = this.nodes.map((node) => this.operator(node));
    for (const [index, operator] of operators.entries()) {
      this.ids.set(this.nodes[index]!, (await operator.cluster('MYID')) as string);
      await operator.cluster('SET-CONFIG-EPOCH', index + 1);
      if (index >= MASTERS) continue;
      const [first, end] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / MASTERS));
      await operator.call('CLUSTER', 'ADDSLOTSRANGE', first!, end! - 1);
    }
    for (const { host, port } of this.nodes.slice(1))
      await operators[0]!.cluster('MEET', host, port);
    for (const [index, operator] of operators.slice(MASTERS).entries()) {
      const masterId = this.ids.get(this.nodes[index]!)!;
      await settled('a replica knows its master', () =>
        operator.cluster('REPLICATE', masterId).then(() => true),
      );
    }
  }

  private async slotOf(key: string): Promise<number> {
    return (await this.ask((operator) => operator.cluster('KEYSLOT', key))) as number;
  }

  /** Master first. */
  private async placesOf(slot: number, among = this.nodes): Promise<TestRedis[]> {
    const ranges = await this.ask((operator) => operator.cluster('SLOTS'), among);
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    const [, , ...places] = range ?? [slot, slot];
    return places.flatMap(([, port]) => this.nodes.filter((node) => node.port === port));
  }

  private async ask<T>(
    command: (operator: Redis) => Promise<T>,
    among: readonly TestRedis[] = this.nodes,
  ): Promise<T> {
    let failure: unknown = new Error('no node runs');
    for (const node of among.filter(({ pid }) => pid !== undefined)) {
      try {
        return await command(this.operator(node));
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  private async stateOf(node: TestRedis): Promise<string | undefined> {
    const text = (await this.operator(node).cluster('INFO')) as string;
    return /^cluster_state:(\w+)/m.exec(text)?.[1];
  }

  private async replicasKnownTo(node: TestRedis): Promise<number> {
    const ranges = await this.operator(node).cluster('SLOTS');
    const replicas = ranges.flatMap(([, , , ...others]) => others.map(([, port]) => port));
    return new Set(replicas).size;
  }

  private async linkOf(node: TestRedis): Promise<string | undefined> {
    const text = await this.operator(node).info('replication');
    return /^master_link_status:(\w+)/m.exec(text)?.[1];
  }
}

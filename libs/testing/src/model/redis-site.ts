import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DEFAULT_TIMINGS,
  leasePolicy,
  type LeasePolicy,
  type SessionStore,
} from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { FakeClock } from '../clock/fake-clock';
import { startTestRedis, type TestRedis } from '../redis/test-redis';
import { modelRedis } from './model-redis';
import type { Gate, ModelProcess, ModelSite } from './model-site';
import { CLOCK_KEY, FAR_MS, MOVE_CLOCK } from './script-clock';

/** Makes the store under test, as one process has it. */
export type StoreOnRedis = (redis: Redis, policy: LeasePolicy) => SessionStore;

/** A real Redis as a site: its scripts run on the model's time, and every command of a store is a piece. */
export async function redisSite(
  makeStore: StoreOnRedis,
  policy: LeasePolicy = leasePolicy(DEFAULT_TIMINGS),
): Promise<ModelSite> {
  const server = await startTestRedis();
  const site = new RedisSite(server, server.client(), makeStore, policy);
  await site.reset();
  return site;
}

class RedisSite implements ModelSite {
  private readonly gate = new AsyncLocalStorage<Gate>();
  private clock = new FakeClock();
  private failure: 'refused' | 'unreachable' | undefined;

  constructor(
    private readonly server: TestRedis,
    private readonly redis: Redis,
    private readonly makeStore: StoreOnRedis,
    readonly policy: LeasePolicy,
  ) {}

  now(): number {
    return this.clock.now();
  }

  async moveClock(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.letLapse();
  }

  process(): ModelProcess {
    const connection = modelRedis({
      redis: this.redis,
      now: () => this.clock.now(),
      pass: (piece) => this.pass(piece),
    });
    const store = this.makeStore(connection, this.policy);
    return { store, gated: (gate, work) => this.gate.run(gate, () => work(store)) };
  }

  async fail(failure: 'refused' | 'unreachable' | undefined): Promise<void> {
    this.failure = failure;
    await this.refuseWrites(failure === 'refused');
  }

  async lose(): Promise<void> {
    const isRefusing = this.failure === 'refused';
    if (isRefusing) await this.refuseWrites(false);
    await this.redis.multi().flushall().set(CLOCK_KEY, this.clock.now()).exec();
    if (isRefusing) await this.refuseWrites(true);
  }

  async reset(): Promise<void> {
    if (this.failure) await this.fail(undefined);
    this.clock = new FakeClock();
    await this.lose();
  }

  async leftovers(): Promise<readonly string[]> {
    const keys = await this.redis.keys('*');
    return keys.filter((key) => key !== CLOCK_KEY && !key.endsWith(':events'));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Expiry is Redis's own doing, and happens also while it refuses everybody's writes. */
  private async letLapse(): Promise<void> {
    const isRefusing = this.failure === 'refused';
    if (isRefusing) await this.refuseWrites(false);
    await this.redis.eval(MOVE_CLOCK, 1, CLOCK_KEY, this.clock.now(), FAR_MS);
    if (isRefusing) await this.refuseWrites(true);
  }

  private async refuseWrites(refuses: boolean): Promise<void> {
    await this.redis.config('SET', 'min-replicas-to-write', refuses ? 1 : 0);
  }

  private pass<T>(piece: () => Promise<T>): Promise<T> {
    const reach = async () => {
      if (this.failure === 'unreachable') throw new Error('the model has cut the connection');
      return piece();
    };
    const gate = this.gate.getStore();
    return gate ? gate(reach) : reach();
  }
}

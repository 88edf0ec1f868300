import {
  DEFAULT_TIMINGS,
  leasePolicy,
  type LeasePolicy,
  type SessionStore,
} from '@rollcall/domain';
import { FakeClock } from '../clock/fake-clock';
import { InMemorySessionStore } from '../store/in-memory-session-store';
import type { Gate, ModelProcess, ModelSite } from './model-site';

/** The in-memory store as a site; `spoil` may put something in front of it that breaks it. */
export function inMemorySite(
  spoil: (store: SessionStore) => SessionStore = (store) => store,
): Promise<ModelSite> {
  return Promise.resolve(new InMemorySite(leasePolicy(DEFAULT_TIMINGS), spoil));
}

class InMemorySite implements ModelSite {
  private clock = new FakeClock();
  private store: InMemorySessionStore;
  private spoilt: SessionStore;

  constructor(
    readonly policy: LeasePolicy,
    private readonly spoil: (store: SessionStore) => SessionStore,
  ) {
    this.store = new InMemorySessionStore({ clock: this.clock, policy });
    this.spoilt = spoil(this.store);
  }

  now(): number {
    return this.clock.now();
  }

  async moveClock(ms: number): Promise<void> {
    this.clock.advance(ms);
  }

  process(): ModelProcess {
    const store = this.spoilt;
    return { store, gated: (gate, work) => work(gatedStore(store, gate)) };
  }

  async fail(failure: 'refused' | 'unreachable' | undefined): Promise<void> {
    if (failure) this.store.goDown(failure);
    else this.store.comeBack();
  }

  async lose(): Promise<void> {
    this.store.clear();
  }

  async reset(): Promise<void> {
    this.clock = new FakeClock();
    this.store = new InMemorySessionStore({ clock: this.clock, policy: this.policy });
    this.spoilt = this.spoil(this.store);
  }

  async leftovers(): Promise<undefined> {
    return undefined;
  }

  async stop(): Promise<void> {
    return undefined;
  }
}

/** Every method of the port is one piece. */
function gatedStore(store: SessionStore, gate: Gate): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) =>
        gate(async () => Reflect.apply(method, target, args) as unknown);
    },
  });
}

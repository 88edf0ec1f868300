import {
  beliefPolicy,
  DEFAULT_BELIEF,
  DEFAULT_ENDPOINT_PORTS,
  DEFAULT_TIMINGS,
  endpointPolicy,
  leasePolicy,
  type EndpointPolicy,
  type IdentityStore,
  type SessionStore,
} from '@rollcall/domain';
import { InMemoryIdentityStore } from '@rollcall/testing';
import type { Doors } from '../connect/doors';
import type { EventReading, Roll, RollEvent } from '../roll/roll';

export interface RollScene {
  readonly endpointAllow?: string;
  readonly doors?: Doors;
  readonly identities?: IdentityStore;
  readonly events?: (reading: EventReading) => AsyncIterable<RollEvent>;
}

/** A roll on any store, with the events a test gives it. */
export class StoreRoll implements Roll {
  readonly address = 'REDIS_URL is redis://roll.example:6379/0';
  readonly policy = leasePolicy(DEFAULT_TIMINGS);
  readonly belief = beliefPolicy(DEFAULT_BELIEF);
  readonly endpoints: EndpointPolicy;
  readonly tokenTtlMs = 3_600_000;
  readonly doors: Doors;
  readonly identities: IdentityStore;
  closed = 0;
  reading: EventReading | undefined;

  constructor(
    readonly store: SessionStore,
    private readonly scene: RollScene = {},
  ) {
    const policy = endpointPolicy(scene.endpointAllow ?? '', DEFAULT_ENDPOINT_PORTS);
    if ('problems' in policy) throw new Error(policy.problems.join());
    this.endpoints = policy;
    this.doors = scene.doors ?? {};
    this.identities = scene.identities ?? new InMemoryIdentityStore();
  }

  ready(): Promise<void> {
    return this.store.ping();
  }

  async *events(reading: EventReading): AsyncIterable<RollEvent> {
    this.reading = reading;
    if (this.scene.events) yield* this.scene.events(reading);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

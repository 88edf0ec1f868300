import type {
  Evidence,
  LapsedServer,
  LeasePolicy,
  ServerRecord,
  SessionStore,
} from '@rollcall/domain';
import { publicId, serverId } from '../builders/ids';
import type { FlatEvent } from '../store/event-log';
import type { RollTime } from './roll-time';
import { SimulatedHost } from './simulated-host';
import type { StoreHarness } from './store-harness';

const PAGE = 100;
const EVERYBODY = 10_000;

/** One test's view of the store: hosts and ids that no other test uses, and only their events. */
export class Scene {
  readonly store: SessionStore;
  readonly policy: LeasePolicy;
  readonly slackMs: number;
  private readonly hosts: SimulatedHost[] = [];
  private eventsSeen = 0;

  constructor(
    private readonly harness: StoreHarness,
    readonly time: RollTime,
    private readonly number: number,
  ) {
    this.store = harness.store;
    this.policy = harness.policy;
    this.slackMs = harness.slackMs;
  }

  /** A new host with an endpoint of its own. */
  host(name: string): SimulatedHost {
    const address = `10.${this.number >> 8}.${this.number & 255}.${this.hosts.length + 1}`;
    const server = serverId(`${name}-${this.number}`);
    const host = new SimulatedHost(this.store, server, { host: address });
    this.hosts.push(host);
    return host;
  }

  /** A local id of this scene. */
  id(name: string): string {
    return `${name} ${this.number}`;
  }

  /** Everything is lost, as after a FLUSHALL. */
  async lose(): Promise<void> {
    await this.harness.clear();
    this.eventsSeen = 0;
  }

  endGuessWindow(): Promise<void> {
    return this.harness.endGuessWindow();
  }

  now(): Promise<number> {
    return this.harness.now();
  }

  lookup(id: string): Promise<Evidence> {
    return this.store.lookup(publicId(id));
  }

  /** Asserts that an id leads to this session of this host, where the host said last, by a live answer. */
  async expectLive(id: string, host: SimulatedHost, session: string): Promise<void> {
    const destination = host.destinationOf(session);
    expect(await this.lookup(id)).toEqual({ kind: 'answer', mark: 'live', destination });
  }

  /** Asserts that an id has no answer while the roll is settled; returns what is remembered of it. */
  async expectSettledAbsence(id: string): Promise<string> {
    const evidence = await this.lookup(id);
    expect(evidence).toMatchObject({ kind: 'absent', settled: true });
    return evidence.kind === 'absent' ? evidence.lastKnown.kind : '';
  }

  /** Every server on the roll, page by page. */
  async everybody(): Promise<ServerRecord[]> {
    const records: ServerRecord[] = [];
    let cursor: number | undefined = 0;
    while (cursor !== undefined) {
      const page = await this.store.servers(cursor, PAGE);
      records.push(...page.servers);
      cursor = page.next;
    }
    return records;
  }

  /** The host's record; undefined when it is not on the roll. */
  async recordOf(host: SimulatedHost): Promise<ServerRecord | undefined> {
    return (await this.everybody()).find(({ server }) => server === host.server);
  }

  /** This scene's lapsed hosts, the longest first, as a sweep would see them. */
  async lapsed(): Promise<readonly LapsedServer[]> {
    const { lapsed } = await this.store.findLapsed(EVERYBODY);
    return lapsed.filter(({ server }) => this.hosts.some((host) => host.server === server));
  }

  /** Every event of the store, also those that are about no server. */
  allEvents(): Promise<FlatEvent[]> {
    return this.harness.events();
  }

  /** The events of this scene's hosts since they were last asked for, with their moments. */
  async newEvents(): Promise<FlatEvent[]> {
    const servers = this.hosts.map(({ server }) => String(server));
    const all = (await this.harness.events()).filter(({ server }) =>
      servers.includes(server ?? ''),
    );
    const fresh = all.slice(this.eventsSeen);
    this.eventsSeen = all.length;
    return fresh;
  }

  /** Asserts which events have happened since they were last asked for; their order within a step is free. */
  async expectEvents(...expected: readonly FlatEvent[]): Promise<void> {
    const happened = (await this.newEvents()).map(({ at: _at, ...event }) => event);
    expect(happened.sort(byText)).toEqual([...expected].sort(byText));
  }
}

function byText(one: FlatEvent, other: FlatEvent): number {
  return asText(one).localeCompare(asText(other));
}

function asText(event: FlatEvent): string {
  return JSON.stringify(Object.entries(event).sort());
}

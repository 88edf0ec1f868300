import { setTimeout as delay } from 'node:timers/promises';
import {
  leasePolicy,
  parsePublicId,
  type Evidence,
  type LeaseTimings,
  type LocalId,
  type ServerId,
  type ServerRecord,
  type SessionName,
  type TokenDigest,
} from '@rollcall/domain';
import { openSessionStore, type OpenSessionStore } from '@rollcall/session-store';
import { until } from '@rollcall/testing';
import { AgentProcess } from './agent-process';
import { StandInDcv } from './stand-in-dcv';
import { TempDir } from './temp-dir';

export const FAST: LeaseTimings = {
  intervalMs: 500,
  leaseTtlMs: 2_000,
  retentionMs: 60_000,
  sweepIntervalMs: 200,
};
/** Leaves a new process the time to come up before a lease is over, on a busy machine too. */
export const CALM: LeaseTimings = {
  intervalMs: 1_500,
  leaseTtlMs: 5_500,
  retentionMs: 60_000,
  sweepIntervalMs: 200,
};

const CONSOLE: SessionName = { server: 'gpu-1' as ServerId, session: 'console' as LocalId };
const DIGEST = 'a digest' as TokenDigest;
const LINK_TTL_MS = 600_000;

let rolls = 0;

/** Makes a stage on a Redis. */
export type OpenStage = (redisUrl: string, timings: LeaseTimings) => AgentStage;

/** One host with the built agent and a stand-in `dcv`, on a roll of its own, as a gateway's resolver sees it. */
export class AgentStage {
  readonly dcv = new StandInDcv('console');
  readonly state = new TempDir();
  /** The metric that is 1 while reports find somebody. */
  readonly upMetric: string = 'rollcall_redis_up';
  /** Where an agent without AGENT_SERVER_ID has its name from at its second start. */
  readonly keptOrigin: string = 'kept';
  protected readonly roll = `agent-${process.pid}-${++rolls}`;
  private opened?: OpenSessionStore;

  constructor(
    protected readonly redisUrl: string,
    protected readonly timings: LeaseTimings,
  ) {}

  async open(): Promise<void> {
    const redis = { url: this.redisUrl, keyPrefix: 'rollcall', roll: this.roll };
    this.opened = openSessionStore({ redis, policy: leasePolicy(this.timings), role: 'resolve' });
    await this.opened.ready(5_000);
  }

  async close(): Promise<void> {
    await AgentProcess.killAll();
    await this.opened?.close();
    this.dcv.remove();
    this.state.remove();
  }

  /** What every process of the roll is told. */
  protected get rollSettings(): Record<string, string> {
    return {
      REDIS_URL: this.redisUrl,
      ROLL: this.roll,
      HEARTBEAT_INTERVAL_MS: String(this.timings.intervalMs),
      LEASE_TTL_MS: String(this.timings.leaseTtlMs),
      RETENTION_MS: String(this.timings.retentionMs),
      SWEEP_INTERVAL_MS: String(this.timings.sweepIntervalMs),
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: '0',
    };
  }

  start(settings: Record<string, string> = {}): AgentProcess {
    return new AgentProcess({
      ...this.rollSettings,
      AGENT_SERVER_ID: 'gpu-1',
      AGENT_STATE_DIR: this.state.path,
      AGENT_ENDPOINT: '10.0.0.1',
      AGENT_DCV_COMMAND: this.dcv.command,
      AGENT_POLL_INTERVAL_MS: '200',
      ...settings,
    });
  }

  async startOnRoll(settings: Record<string, string> = {}): Promise<AgentProcess> {
    const agent = this.start(settings);
    await agent.untilSays('on the roll');
    return agent;
  }

  async lookup(id = 'gpu-1~console'): Promise<Evidence> {
    const parsed = parsePublicId(id);
    if (!parsed.ok) throw new Error(`no public id: ${id}`);
    return this.store.lookup(parsed.id);
  }

  async resolves(id?: string): Promise<boolean> {
    return (await this.lookup(id)).kind === 'answer';
  }

  /** Makes a link to the console. */
  async makeLink(): Promise<void> {
    await this.store.grantToken(CONSOLE, DIGEST, { user: 'alice' }, LINK_TTL_MS);
  }

  /** Whether the link made last still opens the console. */
  async linkIsGood(): Promise<boolean> {
    return (await this.store.findGrant(CONSOLE, DIGEST)) !== undefined;
  }

  async records(): Promise<readonly ServerRecord[]> {
    return (await this.store.servers(0, 100)).servers;
  }

  async record(): Promise<ServerRecord> {
    const [record] = await this.records();
    if (!record) throw new Error('nobody is on the roll');
    return record;
  }

  async untilReported(times: number): Promise<void> {
    const { boot, sequence } = await this.record();
    await until(`${times} more reports`, async () => {
      const now = await this.record();
      return now.boot > boot || now.sequence >= sequence + times;
    });
  }

  /** Looks a session up without a pause while the work goes on; every kind of answer it got. */
  async answersDuring(work: () => Promise<void>, id?: string): Promise<string[]> {
    const kinds = new Set<string>();
    let over = false;
    const looking = (async () => {
      while (!over) {
        kinds.add((await this.lookup(id)).kind);
        await delay(2);
      }
    })();
    try {
      await work();
    } finally {
      over = true;
      await looking;
    }
    return [...kinds];
  }

  protected get identities(): OpenSessionStore['identities'] {
    return this.stores.identities;
  }

  private get store(): OpenSessionStore['store'] {
    return this.stores.store;
  }

  private get stores(): OpenSessionStore {
    if (!this.opened) throw new Error('the stage is not open');
    return this.opened;
  }
}

import type { RedisConfig } from '@rollcall/config';
import {
  beliefPolicy,
  DEFAULT_BELIEF,
  DEFAULT_ENDPOINT_PORTS,
  endpointPolicy,
  leasePolicy,
  type BeliefSettings,
} from '@rollcall/domain';
import { readEvents, type StreamEntry } from '@rollcall/events';
import { createLogger, type Logger } from '@rollcall/observability';
import { connectRedis, openSessionStore, rollKeys } from '@rollcall/session-store';
import type { Connector } from '../judge/tcp-connector';
import { startReconciler, type RunningReconciler } from '../reconciler.application';
import type { ReconcilerConfig } from '../reconciler.config';

/** Everything ten times as fast as by default. */
export const SCALED = leasePolicy({
  intervalMs: 500,
  leaseTtlMs: 2_000,
  retentionMs: 30_000,
  sweepIntervalMs: 200,
});

/** The same, of what is believed of the silent. */
export const SCALED_BELIEF: BeliefSettings = {
  ...DEFAULT_BELIEF,
  probePeriodMs: 1_000,
  probeTimeoutMs: 250,
  protectionConfirmMs: 6_000,
  holdMaxMs: 180_000,
};

/** Hosts of a test are on this machine. */
const ENDPOINTS = endpointPolicy('127.0.0.0/8', DEFAULT_ENDPOINT_PORTS);

const SILENT = createLogger({ app: 'reconciler', level: 'silent' });

/** What a test says of a reconciler; the rest is as usual. */
export interface ReconcilerTraits {
  readonly board?: boolean;
  readonly logger?: Logger;
  readonly belief?: Partial<BeliefSettings>;
  /** How it reaches hosts, if not as they are. */
  readonly connect?: Connector;
}

/** A roll in a real Redis, with the reconcilers of a test. */
export class ScaledRoll {
  readonly redis;
  readonly keys;
  readonly store;
  private readonly opened;
  private readonly reconcilers: RunningReconciler[] = [];
  private readonly abort = new AbortController();

  /** On a server named by its URL, or on any other place. */
  constructor(where: string | RedisConfig) {
    const place = typeof where === 'string' ? { url: where } : where;
    this.redis = { ...place, keyPrefix: 'test', roll: 'main' };
    this.keys = rollKeys(this.redis);
    this.opened = openSessionStore({ redis: this.redis, policy: SCALED, role: 'sweep' });
    this.store = this.opened.store;
  }

  async ready(): Promise<void> {
    await this.opened.ready(5_000);
  }

  async startReconciler({
    board = false,
    logger = SILENT,
    belief = {},
    connect,
  }: ReconcilerTraits = {}): Promise<RunningReconciler> {
    if ('problems' in ENDPOINTS) throw new Error(ENDPOINTS.problems.join());
    const config: ReconcilerConfig = {
      redis: this.redis,
      timing: SCALED,
      belief: beliefPolicy({ ...SCALED_BELIEF, ...belief }),
      endpoints: ENDPOINTS,
      metrics: { host: '127.0.0.1', port: 0 },
      board: { enabled: board },
      log: { level: 'silent' },
    };
    const reconciler = await startReconciler(config, logger, connect);
    this.reconcilers.push(reconciler);
    return reconciler;
  }

  /** Reads events from the first one on, until so many of them fit; gives all it has read. */
  async events(count: number, fits: (event: StreamEntry) => boolean): Promise<StreamEntry[]> {
    const read: StreamEntry[] = [];
    const connect = () => connectRedis(this.redis, 'subscriber');
    const { events: stream } = this.keys;
    for await (const event of readEvents({
      stream,
      connect,
      from: '0',
      signal: this.abort.signal,
    })) {
      read.push(event);
      if (read.filter(fits).length === count) return read;
    }
    throw new Error(`only ${read.filter(fits).length} of ${count} events came`);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await Promise.all(this.reconcilers.splice(0).map((reconciler) => reconciler.stop()));
    await this.opened.close();
  }
}

/** What the metrics port answers. */
export async function ask(
  { opsPort }: RunningReconciler,
  path: string,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${opsPort}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/** The value of a metric in a scrape, by its name with prefix and labels; 0 when it is not there. */
export async function scraped(reconciler: RunningReconciler, series: string): Promise<number> {
  const { text } = await ask(reconciler, '/metrics');
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
}

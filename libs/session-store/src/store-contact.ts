import { ConfigError, redisAddress, redisSetting, type RedisConfig } from '@rollcall/config';
import { connectionFault, isVague } from './connection-fault';
import { inspectStore } from './inspect-store';
import { knock } from './knock';
import { tlsOptions, type RedisConnection } from './redis-connection';

/** Hears what an operator should know of the connection, a sentence each. */
export type TellOperator = (sentence: string) => void;

const ASK_AGAIN_MS = 1_000;
const FAULTS_TOLD_MAX = 5;
const KNOCK_TIMEOUT_MS = 2_000;
/** Sums up the `sentinelError`s before it: while one Sentinel answers, the others are no fault. */
const SUMMARY = /^All sentinels are unreachable/;

/**
 * Looks at the store whenever it comes up, and tells why it does not. The first look decides: a store that is unfit is an
 * error of the configuration. What a later look finds (after a failover, or a change of the server) is told only: ending
 * every process at once would be worse than the fault.
 */
export class StoreContact {
  /** Resolves when the store was found fit; rejects with a `ConfigError` when it is not. */
  readonly made: Promise<void>;
  private decide!: { fit: () => void; unfit: (error: ConfigError) => void };
  private isMade = false;
  private isClosed = false;
  private readonly told = new Set<string>();
  private faultsTold = new Set<string>();
  private fault: string | undefined;
  private knocking = false;
  private ofSentinel: Error | undefined;

  constructor(
    private readonly redis: RedisConnection,
    private readonly config: RedisConfig,
    private readonly tell: TellOperator = () => undefined,
  ) {
    this.made = new Promise((fit, unfit) => (this.decide = { fit, unfit }));
    this.made.catch(() => undefined);
    redis.on('ready', () => {
      this.faultsTold = new Set();
      void this.look();
    });
    redis.on('error', (error: Error) => this.noteFault(error));
    redis.on('sentinelError', (error: Error) => (this.ofSentinel = error));
  }

  /** Why the connection did not come about when it was tried last. */
  get lastFault(): string | undefined {
    return this.fault;
  }

  /** Nothing is told from now on. */
  close(): void {
    this.isClosed = true;
  }

  private async look(): Promise<void> {
    if (this.isClosed || this.redis.status !== 'ready') return;
    try {
      const { problems, warnings } = await inspectStore(this.redis, this.config);
      if (this.isClosed) return;
      warnings.forEach((warning) => this.tellOnce(warning));
      if (this.isMade) problems.forEach((problem) => this.tellOnce(problem));
      else if (problems.length > 0) this.decide.unfit(new ConfigError(problems));
      else this.decide.fit();
      this.isMade = true;
    } catch {
      setTimeout(() => void this.look(), ASK_AGAIN_MS).unref();
    }
  }

  private noteFault(error: Error): void {
    if (this.isClosed) return;
    const fault = connectionFault(SUMMARY.test(error.message) ? (this.ofSentinel ?? error) : error);
    if (isVague(fault)) void this.findFault(fault);
    else this.tellFault(fault);
  }

  private async findFault(vague: string): Promise<void> {
    if (this.knocking || this.faultsTold.size > 0) return;
    this.knocking = true;
    const { tls } = this.config;
    const found = await knock(this.config, tls && tlsOptions(tls), KNOCK_TIMEOUT_MS);
    this.knocking = false;
    this.tellFault(found ?? vague);
  }

  private tellFault(fault: string): void {
    this.fault = fault;
    if (this.isClosed || this.redis.status === 'ready') return;
    if (this.faultsTold.has(fault) || this.faultsTold.size === FAULTS_TOLD_MAX) return;
    this.faultsTold.add(fault);
    const address = redisAddress(this.config);
    this.tell(`${redisSetting(this.config)}: ${address} cannot be reached: ${fault}`);
  }

  private tellOnce(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.tell(sentence);
  }
}

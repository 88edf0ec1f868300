import type {
  Endpoint,
  Fence,
  LeasePolicy,
  LocalId,
  Report,
  ServerId,
  SessionList,
} from '@rollcall/domain';
import { listed } from '../builders/reports';
import type { ModelProcess } from './model-site';
import type { NextList } from './model-step';

/** Every third beat is on time, the next late, the next early, as far as the jitter allows. */
const JITTER = [1, 1.1, 0.9] as const;
/** The latest beat, and what an agent needs to notice that one has failed. */
const STEADY_INTERVALS = 1.1;
const RETRY_AFTER_MS = 500;

/** An agent of a model: its boots, its sequence, what it would say next, and when it is due. Moments are its own clock's. */
export class ModelAgent {
  isUp = false;
  isCut = false;
  /** What its applied reports have listed, and every report since. */
  told: readonly LocalId[] = [];
  process: ModelProcess | undefined;
  private boot = 0;
  private sequence = 0;
  private list: SessionList = listed();
  private endpoint: Endpoint;
  private triedAtMs = 0;
  private reachedAtMs = 0;
  private appliedAtMs = Number.NEGATIVE_INFINITY;
  private dueInMs = 0;
  private isSteady = false;
  private interruptions = 0;

  constructor(
    readonly server: ServerId,
    address: string,
    private readonly policy: LeasePolicy,
  ) {
    this.endpoint = { host: address, httpPort: 8443, quicPort: 0, webUrlPath: '/' };
  }

  get address(): Endpoint {
    return this.endpoint;
  }

  get title(): string {
    return `agent ${this.server} (boot ${this.boot})`;
  }

  get dueAtMs(): number {
    return this.isUp && !this.isCut ? this.triedAtMs + this.dueInMs : Number.POSITIVE_INFINITY;
  }

  /** Whether its host has this session now, for all the agent knows. */
  has(local: LocalId): boolean {
    return this.list.kind === 'listed' && this.list.ids.includes(local);
  }

  startsUp(process: ModelProcess): void {
    this.boot += 1;
    this.sequence = 0;
    this.isUp = true;
    this.process = process;
  }

  stops(): void {
    this.isUp = false;
    this.interrupted();
  }

  /** The next report, with what has changed; it is being tried at this moment. */
  next(nowMs: number, change: { list?: NextList; endpoint?: Endpoint; leaving?: boolean }): Report {
    if (change.list !== undefined) this.list = toList(change.list);
    if (change.endpoint) this.endpoint = change.endpoint;
    this.told = this.told.filter((local) => this.has(local));
    this.triedAtMs = nowMs;
    const jitter = JITTER[this.sequence % JITTER.length] ?? 1;
    this.dueInMs = Math.floor(this.policy.intervalMs * jitter);
    return {
      server: this.server,
      ...this.nextFence(),
      endpoint: this.endpoint,
      zone: '',
      healthy: true,
      leaving: change.leaving ?? false,
      sessions: this.list,
    };
  }

  nextFence(): Fence {
    this.sequence += 1;
    return { boot: this.boot, sequence: this.sequence };
  }

  /** A report of it has reached the store and was applied; an old one only after the store has lost the newer ones. */
  wasApplied({ boot, sequence, sessions }: Report, nowMs: number): void {
    this.appliedAtMs = nowMs;
    const ids = sessions.kind === 'listed' ? sessions.ids : [];
    if (!this.isUp || boot !== this.boot || sequence !== this.sequence) {
      this.told = this.told.filter((local) => ids.includes(local));
      return;
    }
    this.told = ids;
    this.steadySince(nowMs);
    this.reachedAtMs = nowMs;
    this.isSteady = true;
  }

  /** The store has not taken its report; it tries again soon. */
  failed(nowMs: number): void {
    this.triesAgainSoon();
    this.steadySince(nowMs);
    this.reachedAtMs = nowMs;
  }

  triesAgainSoon(): void {
    this.dueInMs = Math.min(RETRY_AFTER_MS, this.policy.intervalMs / 2);
  }

  /** For how long no report of it was applied. */
  silentMs(nowMs: number): number {
    return nowMs - this.appliedAtMs;
  }

  /** Its sessions are known again, if they were not. */
  recovers(): void {
    this.isCut = false;
    if (this.list.kind !== 'listed') this.list = listed();
  }

  /** Something has befallen it for which a lookup may miss it, until its next report is applied. */
  interrupted(): void {
    if (this.isSteady) this.interruptions += 1;
    this.isSteady = false;
  }

  /**
   * After which interruption the store has heard of it at its time until now, be it that it did not take it; undefined when
   * it has not.
   */
  steadySince(nowMs: number): number | undefined {
    if (nowMs - this.reachedAtMs > STEADY_INTERVALS * this.policy.intervalMs) this.interrupted();
    return this.isSteady ? this.interruptions : undefined;
  }
}

function toList(list: NextList): SessionList {
  if (list === 'unknown' || list === 'withheld') return { kind: list };
  return listed(...list);
}

import {
  NO_RENEWALS,
  parsePublicId,
  renewalFailed,
  renewed,
  resolve,
  rollTrust,
  type PublicId,
  type Report,
  type Resolution,
} from '@rollcall/domain';
import type { RedisConfig } from '@rollcall/config';
import { openSessionStore, type OpenSessionStore } from '@rollcall/session-store';
import { SCALED } from './scaled-roll';

/** What a lookup came to: a resolution, or that the store did not answer. */
export interface LookedUp {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly kind: Resolution['kind'] | 'unavailable';
}

const LOOKUP_EVERY_MS = 20;
const RETRY_AFTER_MS = 100;

/**
 * A host that reports as an agent does, and a resolver that is asked for its session all the time: both through stores of
 * their roles, and with the decisions of the domain.
 */
export class LiveTraffic {
  readonly lookups: LookedUp[] = [];
  /** When reports were acknowledged. */
  readonly reportedAtMs: number[] = [];
  private readonly reporter: OpenSessionStore;
  private readonly resolver: OpenSessionStore;
  private readonly loops: Promise<void>[] = [];
  private renewals = NO_RENEWALS;
  private stopped = false;

  constructor(
    redis: RedisConfig,
    private readonly report: (sequence: number) => Report,
    private readonly id: string,
  ) {
    const policy = SCALED;
    this.reporter = openSessionStore({ redis, policy, role: 'report' });
    const observer = {
      connectionChanged: (up: boolean) => {
        if (!up) this.renewals = renewalFailed(this.renewals);
      },
    };
    this.resolver = openSessionStore({ redis, policy, role: 'resolve', observer });
  }

  async start(): Promise<void> {
    await Promise.all([this.reporter.ready(5_000), this.resolver.ready(5_000)]);
    let sequence = 0;
    this.repeat(SCALED.intervalMs, async () => {
      await this.reporter.store.report(this.report(++sequence));
      this.reportedAtMs.push(performance.now());
    });
    this.repeat(SCALED.renewEveryMs, () => this.renew());
    this.repeat(LOOKUP_EVERY_MS, () => this.lookUp());
  }

  /** How long the store took no report after this moment, at the longest. */
  longestReportPauseMs(sinceMs: number): number {
    const moments = [sinceMs, ...this.reportedAtMs.filter((atMs) => atMs > sinceMs)];
    return longestGap([...moments, performance.now()]) - SCALED.intervalMs;
  }

  /** The longest time without a start of a lookup: whatever is shown by lookups needs them not to pause. */
  longestLookupPauseMs(sinceMs: number): number {
    return longestGap(
      this.lookups.map(({ startedAtMs }) => startedAtMs).filter((atMs) => atMs > sinceMs),
    );
  }

  /** How many lookups that began after this moment came to this. */
  count(kind: LookedUp['kind'], sinceMs: number): number {
    return this.lookups.filter((lookup) => lookup.kind === kind && lookup.startedAtMs > sinceMs)
      .length;
  }

  /** Whether the last lookups, as many as these, have all found the session. */
  findsAgain(lookups = 10): boolean {
    const last = this.lookups.slice(-lookups);
    return last.length === lookups && last.every(({ kind }) => kind === 'found');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
    await Promise.all([this.reporter.close(), this.resolver.close()]);
  }

  private async renew(): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const { settled } = await this.resolver.store.renew();
      this.renewals = renewed(settled, startedAtMs);
    } catch (error) {
      this.renewals = renewalFailed(this.renewals);
      throw error;
    }
  }

  private async lookUp(): Promise<void> {
    const startedAtMs = performance.now();
    const kind = await this.resolver.store.lookup(publicId(this.id)).then(
      (evidence) => {
        const { renewing } = rollTrust(this.renewals, performance.now(), SCALED);
        return resolve(evidence, { transport: 'HTTP', renewing, permits: () => true }).kind;
      },
      () => 'unavailable' as const,
    );
    this.lookups.push({ startedAtMs, endedAtMs: performance.now(), kind });
  }

  private repeat(everyMs: number, work: () => Promise<void>): void {
    const loop = async () => {
      while (!this.stopped) {
        const startedAtMs = performance.now();
        const ok = await work().then(
          () => true,
          () => false,
        );
        const periodMs = ok ? everyMs : Math.min(everyMs, RETRY_AFTER_MS);
        const waitMs = Math.max(0, startedAtMs + periodMs - performance.now());
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    };
    this.loops.push(loop());
  }
}

function publicId(text: string): PublicId {
  const parsed = parsePublicId(text);
  if (!parsed.ok) throw new Error(`no public id: ${text}`);
  return parsed.id;
}

function longestGap(moments: readonly number[]): number {
  return moments.slice(1).reduce((longest, atMs, index) => {
    return Math.max(longest, atMs - (moments[index] ?? atMs));
  }, 0);
}

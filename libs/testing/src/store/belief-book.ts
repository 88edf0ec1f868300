import {
  RELEASE_SHARE_MAX,
  type Endpoint,
  type LeasePolicy,
  type Protection,
  type ProtectionChange,
  type ServerId,
} from '@rollcall/domain';
import type { RollStep } from './roll-step';

interface Guarded extends Protection {
  readonly untilMs: number;
}

/** What reconcilers have said: verdicts, releases and protections; and who reported which endpoint last. */
export class BeliefBook {
  private readonly verdicts = new Map<ServerId, Map<string, number>>();
  private readonly owners = new Map<string, ServerId>();
  private readonly guarded = new Map<string, Guarded>();
  private releases: readonly number[] = [];

  constructor(private readonly policy: LeasePolicy) {}

  /** Notes whose endpoint it is, and that the one it had before is nobody's. */
  reported(server: ServerId, endpoint: Endpoint, before: Endpoint | undefined): void {
    if (before) this.leftBy(server, before);
    this.owners.set(placeOf(endpoint), server);
  }

  leftBy(server: ServerId, endpoint: Endpoint): void {
    if (this.ownerOf(endpoint) === server) this.owners.delete(placeOf(endpoint));
  }

  ownerOf(endpoint: Endpoint): ServerId | undefined {
    return this.owners.get(placeOf(endpoint));
  }

  /** A reconciler's probe was good; believed by others for so long. */
  vouched(server: ServerId, by: string, untilMs: number): void {
    const verdicts = this.verdicts.get(server) ?? new Map<string, number>();
    this.verdicts.set(server, verdicts.set(by, untilMs));
  }

  /** A reconciler no longer stands by its verdict. */
  retracted(server: ServerId, by: string): void {
    this.verdicts.get(server)?.delete(by);
  }

  isVouchedFor(server: ServerId, nowMs: number): boolean {
    return [...(this.verdicts.get(server)?.values() ?? [])].some((untilMs) => nowMs < untilMs);
  }

  forget(server: ServerId): void {
    this.verdicts.delete(server);
  }

  /** Whether one more may be released within this interval, of so many on the roll; counts it if so. */
  mayRelease(servers: number, nowMs: number): boolean {
    this.releases = this.releases.filter((atMs) => nowMs - atMs < this.policy.intervalMs);
    if (this.releases.length >= Math.max(1, Math.floor(RELEASE_SHARE_MAX * servers))) return false;
    this.releases = [...this.releases, nowMs];
    return true;
  }

  isProtected(zone: string, nowMs: number): boolean {
    const protection = this.guarded.get(zone);
    return protection?.state === 'on' && nowMs < protection.untilMs;
  }

  protections(): Protection[] {
    return [...this.guarded.values()].map(({ untilMs: _untilMs, ...protection }) => protection);
  }

  /** Changes a protection if it still has the version that was seen; it starts on a settled roll only. */
  change(zone: string, seenVersion: number, change: ProtectionChange, step: RollStep): boolean {
    const before = this.guarded.get(zone);
    if ((before?.version ?? 0) !== seenVersion) return false;
    if (change.to === 'on') return this.protect(zone, before, change, step);
    if (before === undefined) return false;
    if (change.to === 'off') this.guarded.delete(zone);
    else {
      const version = nextVersion(before, step);
      this.guarded.set(zone, { ...before, version, state: 'ended', sinceMs: step.nowMs });
    }
    const reason = change.to === 'off' ? 'recovered' : change.reason;
    if (before.state === 'on') step.publish('protection.ended', { zone, reason });
    return true;
  }

  private protect(
    zone: string,
    before: Guarded | undefined,
    { late, servers, holdMaxMs }: ProtectionChange & { to: 'on' },
    step: RollStep,
  ): boolean {
    if (!step.settled || before?.state === 'on') return false;
    const { nowMs: sinceMs } = step;
    const version = nextVersion(before, step);
    const untilMs = sinceMs + holdMaxMs;
    this.guarded.set(zone, { zone, version, state: 'on', sinceMs, late, servers, untilMs });
    step.publish('protection.started', { zone, late, servers });
    return true;
  }
}

/** Never one that an earlier protection of the zone had. */
function nextVersion(before: Protection | undefined, { nowMs }: RollStep): number {
  return Math.max((before?.version ?? 0) + 1, nowMs);
}

function placeOf({ host, httpPort }: Endpoint): string {
  return `${host.toLowerCase()}:${httpPort}`;
}

import type { Endpoint, LeasePolicy, ReportStore } from '@rollcall/domain';
import type { AgentObserver } from './agent.metrics';
import { Agent } from './agent.service';
import { DcvWatch, type ReadDcv } from './dcv/dcv-watch.service';
import { ClockSkew } from './heartbeat/clock-skew';
import { Heartbeat } from './heartbeat/heartbeat.service';
import type { Random } from './heartbeat/heartbeat-timing';
import { Reporter } from './heartbeat/reporter';
import { ToldSessions } from './heartbeat/told-sessions';
import type { Identity } from './identity/identity';
import type { Openings } from './roster/openings';
import type { StopMode } from './settings/host.settings';

/** What an agent has of its surroundings: its host, its store and its memory. */
export interface AgentParts {
  readonly identity: Identity;
  readonly endpoint: Endpoint;
  readonly zone: string;
  readonly policy: LeasePolicy;
  readonly store: ReportStore;
  readonly read: ReadDcv;
  readonly dcv: {
    readonly timeoutMs: number;
    readonly pollIntervalMs: number;
    readonly graceMs: number;
  };
  /** What an earlier life has told of the sessions, and what leaves it for the next one. */
  readonly told: { readonly before: Openings; keep(told: Openings): void };
  /** The last stop was planned, and a moment ago. */
  readonly returning: boolean;
  readonly stop: StopMode;
  readonly notePlannedStop: () => void;
  /** Has it told when the store's connection leaves a server that refused a report for the one that takes it. */
  readonly onLeftMaster?: (tell: () => void) => void;
  readonly observer: AgentObserver;
  readonly random: Random;
}

/** Puts one agent together; it does nothing before it is run. */
export function assembleAgent(parts: AgentParts): Agent {
  const { policy, dcv, told, observer, random, returning } = parts;
  const watch = new DcvWatch(parts.read, { ...dcv, toldBefore: told.before }, observer);
  const reporter = new Reporter(
    parts.store,
    parts,
    new ToldSessions(told.before, (openings) => told.keep(openings)),
    observer,
  );
  const clock = new ClockSkew(() => reporter.clockSkewMs(), observer);
  const heartbeat = new Heartbeat(watch, reporter, clock, { policy, returning, random });
  parts.onLeftMaster?.(() => heartbeat.leftMaster());
  return new Agent(watch, heartbeat, reporter, {
    policy,
    stop: parts.stop,
    dcvTimeoutMs: dcv.timeoutMs,
    pollIntervalMs: dcv.pollIntervalMs,
    notePlannedStop: parts.notePlannedStop,
  });
}

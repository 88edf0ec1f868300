import {
  beliefPolicy,
  beliefProblems,
  DEFAULT_BELIEF,
  type BeliefPolicy,
  type BeliefSettings as Choices,
} from '@rollcall/domain';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { ConfigError } from './config-error';
import { Setting, type Settings } from './setting.decorator';
import { TimingSettings } from './timing.settings';

/** Shorter durations are timer noise. */
const DURATION_MIN_MS = 50;
const DURATION_MAX_MS = 86_400_000;

/** More sockets at once than a process usually may open. */
const CONCURRENCY_MAX = 10_000;

const DURATION = {
  message: `$property must be a whole number of milliseconds from ${DURATION_MIN_MS} to ${DURATION_MAX_MS} (a day)`,
};
const CONCURRENCY = {
  message: `PROBE_CONCURRENCY must be a whole number from 1 to ${CONCURRENCY_MAX}`,
};
const THRESHOLD = { message: 'PROTECTION_THRESHOLD must be above 0 and at most 1' };

/** The durations of the lease are checked along, and belong to another group. */
const WithTiming: new () => Omit<TimingSettings, 'toConfig'> = TimingSettings;

/** How servers that have fallen silent are believed. */
export class BeliefSettings extends WithTiming implements Settings<BeliefPolicy> {
  @Setting({
    default: DEFAULT_BELIEF.probeMode,
    about:
      'tcp: a host that is late is probed by connecting to its DCV port, and believed while that works; off: nobody is probed, for networks in which reconcilers do not reach the hosts',
  })
  @IsIn(['tcp', 'off'], { message: 'PROBE_MODE must be tcp or off' })
  PROBE_MODE!: string;

  @Setting({
    default: DEFAULT_BELIEF.probePeriodMs,
    about: 'Between two probes of a host that is held; a host that dies while held is found by it',
  })
  @IsInt(DURATION)
  @Min(DURATION_MIN_MS, DURATION)
  @Max(DURATION_MAX_MS, DURATION)
  PROBE_PERIOD_MS!: number;

  @Setting({
    default: DEFAULT_BELIEF.probeTimeoutMs,
    about: 'How long one try of a probe may take, with the lookup of the name; a probe is two',
  })
  @IsInt(DURATION)
  @Min(DURATION_MIN_MS, DURATION)
  @Max(DURATION_MAX_MS, DURATION)
  PROBE_TIMEOUT_MS!: number;

  @Setting({
    default: DEFAULT_BELIEF.probeConcurrency,
    about:
      'Most hosts probed at the same time; 700 judge 2,900 that time out within their leases, and need as many open files',
  })
  @IsInt(CONCURRENCY)
  @Min(1, CONCURRENCY)
  @Max(CONCURRENCY_MAX, CONCURRENCY)
  PROBE_CONCURRENCY!: number;

  @Setting({
    default: DEFAULT_BELIEF.protectionThreshold,
    about:
      'Share of a zone’s hosts (at least 3) that are late at once from which on the zone is protected: nobody in it is struck off before he is confirmed dead',
  })
  @Min(Number.MIN_VALUE, THRESHOLD)
  @Max(1, THRESHOLD)
  PROTECTION_THRESHOLD!: number;

  @Setting({
    default: DEFAULT_BELIEF.protectionConfirmMs,
    about:
      'Under protection a host whose port is silent is dead after so long, if live hosts of its zone answer all that time',
  })
  @IsInt(DURATION)
  @Min(DURATION_MIN_MS, DURATION)
  @Max(DURATION_MAX_MS, DURATION)
  PROTECTION_CONFIRM_MS!: number;

  @Setting({
    default: DEFAULT_BELIEF.holdMaxMs,
    about: 'Longest a host is believed after its last report, and longest a protection lasts',
  })
  @IsInt(DURATION)
  @Min(DURATION_MIN_MS, DURATION)
  @Max(DURATION_MAX_MS, DURATION)
  HOLD_MAX_MS!: number;

  toConfig(): BeliefPolicy {
    const choices = this.choices();
    const problems = beliefProblems(choices, TimingSettings.prototype.toConfig.call(this));
    if (problems.length > 0) throw new ConfigError(problems);
    return beliefPolicy(choices);
  }

  protected choices(): Choices {
    return {
      probeMode: this.PROBE_MODE === 'off' ? 'off' : 'tcp',
      probePeriodMs: this.PROBE_PERIOD_MS,
      probeTimeoutMs: this.PROBE_TIMEOUT_MS,
      probeConcurrency: this.PROBE_CONCURRENCY,
      protectionThreshold: this.PROTECTION_THRESHOLD,
      protectionConfirmMs: this.PROTECTION_CONFIRM_MS,
      holdMaxMs: this.HOLD_MAX_MS,
    };
  }
}

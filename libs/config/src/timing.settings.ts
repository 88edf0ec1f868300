import {
  DEFAULT_TIMINGS,
  leasePolicy,
  leaseTimingProblems,
  type LeasePolicy,
} from '@rollcall/domain';
import { IsInt, Min } from 'class-validator';
import { ConfigError } from './config-error';
import { Setting, type Settings } from './setting.decorator';

/** Shorter durations are timer noise. */
const DURATION_MIN_MS = 50;

const WHOLE = { message: '$property must be a whole number of milliseconds' };
const LONG_ENOUGH = { message: `$property must be at least ${DURATION_MIN_MS}` };

/** The durations of the lease protocol; every process of a roll needs the same. */
export class TimingSettings implements Settings<LeasePolicy> {
  @Setting({
    default: DEFAULT_TIMINGS.intervalMs,
    about:
      'Between two reports of a host; shorter finds the dead sooner and costs more. The same in every process of a roll',
  })
  @IsInt(WHOLE)
  @Min(DURATION_MIN_MS, LONG_ENOUGH)
  HEARTBEAT_INTERVAL_MS!: number;

  @Setting({
    default: DEFAULT_TIMINGS.leaseTtlMs,
    about:
      "How long a report is believed: a dead host's sessions are not found any more after that. The same in every process of a roll",
  })
  @IsInt(WHOLE)
  @Min(DURATION_MIN_MS, LONG_ENOUGH)
  LEASE_TTL_MS!: number;

  @Setting({
    default: DEFAULT_TIMINGS.retentionMs,
    about:
      "How long a host's last report is remembered, for the time after an outage of the store: 1.2 times the longest outage to bridge",
  })
  @IsInt(WHOLE)
  @Min(DURATION_MIN_MS, LONG_ENOUGH)
  RETENTION_MS!: number;

  @Setting({
    default: DEFAULT_TIMINGS.sweepIntervalMs,
    about: 'Between two looks for lapsed leases; decides how soon the loss of a host is announced',
  })
  @IsInt(WHOLE)
  @Min(DURATION_MIN_MS, LONG_ENOUGH)
  SWEEP_INTERVAL_MS!: number;

  toConfig(): LeasePolicy {
    const timings = {
      intervalMs: this.HEARTBEAT_INTERVAL_MS,
      leaseTtlMs: this.LEASE_TTL_MS,
      retentionMs: this.RETENTION_MS,
      sweepIntervalMs: this.SWEEP_INTERVAL_MS,
    };
    const problems = leaseTimingProblems(timings);
    if (problems.length > 0) throw new ConfigError(problems);
    return leasePolicy(timings);
  }
}

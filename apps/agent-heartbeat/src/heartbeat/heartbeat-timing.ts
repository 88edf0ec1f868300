import { HEARTBEAT_JITTER, type LeasePolicy } from '@rollcall/domain';

/** Uniform in [0, 1). */
export type Random = () => number;

const FIRST_RETRY_MS = 50;

/** One interval, ± 10 %. */
export function nextBeatMs({ intervalMs }: LeasePolicy, random: Random): number {
  return intervalMs * (1 + HEARTBEAT_JITTER * (2 * random() - 1));
}

/** A random moment within one interval: a fleet that starts or comes back together reports at its steady rate. */
export function spreadMs({ intervalMs }: LeasePolicy, random: Random): number {
  return intervalMs * random();
}

/** The wait before a ping: doubles up to the report time-out, and its upper half is random. */
export function backOffMs(
  failures: number,
  { reportTimeoutMs }: LeasePolicy,
  random: Random,
): number {
  const ceiling = Math.min(reportTimeoutMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 16));
  return ceiling * (0.5 + 0.5 * random());
}

/**
 * So long between two turns of a loop that turns at least once in 1.1 intervals means that the process was stopped
 * (SIGSTOP, a suspended machine). It is less than the shortest stop that outlives a lease, which is at least
 * 3 intervals + 2 report time-outs less the 1.1 intervals that the last report is old.
 */
export function suspendedAfterMs({ intervalMs, reportTimeoutMs }: LeasePolicy): number {
  return 1.5 * intervalMs + 2 * reportTimeoutMs;
}

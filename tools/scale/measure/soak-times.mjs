import { DEFAULT_PROFILE } from '../../faults/profile.mjs';

const MINUTE_MS = 60_000;
/** Enough for the slope test's twentieths, and no load. */
const SAMPLES = 720;
const SAMPLE_EVERY_MIN_MS = 2_000;
/** RETENTION_MS must be so many leases at least. */
const LEASES_PER_RETENTION = 10;
/** What is remembered of the dead and the closed goes after the retention: only then do as many records go as come. */
const RETENTION_SHARE = 1 / 6;
const AFTER_RETENTION_MS = 60_000;

/**
 * How long a soak is, what the retention is in it (that of operators, unless the soak is too short for it), from when on
 * growth counts, and how often is looked.
 */
export function soakTimes(minutes) {
  const { lease, retention } = DEFAULT_PROFILE;
  const soakMs = minutes * MINUTE_MS;
  const retentionMs = Math.min(
    retention,
    Math.max(LEASES_PER_RETENTION * lease, Math.round(soakMs * RETENTION_SHARE)),
  );
  return {
    soakMs,
    retentionMs,
    warmUpMs: Math.min(retentionMs + AFTER_RETENTION_MS, soakMs / 2),
    sampleEveryMs: Math.max(SAMPLE_EVERY_MIN_MS, soakMs / SAMPLES),
  };
}

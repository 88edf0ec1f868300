import { latencyOf } from '../measure/latency-figures.mjs';

const MB = 1e6;

/** What a stage does at this moment, as one line; empty as long as there is nothing to tell. */
export function summaryText({ load, usage, lookups = [] }) {
  const parts = [];
  if (load?.swarm) {
    const { live, reportsPerSecond, failed } = load.swarm;
    parts.push(
      `${live} live`,
      `${reportsPerSecond} reports/s${failed > 0 ? `, ${failed} failed` : ''}`,
    );
  }
  for (const [name, { cpuPercent }] of Object.entries(usage?.processes ?? {})) {
    const memory = load.stores[name]?.memoryBytes;
    if (memory !== undefined && Number.isFinite(cpuPercent))
      parts.push(`${name} ${cpuPercent.toFixed(1)} % ${(memory / MB).toFixed(1)} MB`);
  }
  if (lookups.length > 0) {
    const { p50, p99 } = latencyOf(lookups);
    parts.push(`lookups p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`);
  }
  return parts.join(' · ');
}

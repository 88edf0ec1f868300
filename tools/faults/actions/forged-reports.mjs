import { leasePolicy } from '@rollcall/domain';
import { RedisSessionStore } from '@rollcall/session-store';

/** The store as an agent has it. */
export function openForger({ site, client, profile }) {
  const policy = leasePolicy({
    intervalMs: profile.interval,
    leaseTtlMs: profile.lease,
    retentionMs: profile.retention,
    sweepIntervalMs: profile.sweep,
  });
  return new RedisSessionStore(client, site.roll, policy);
}

/** Sends reports again as they were sent once, each as it was recorded. */
export async function replay({ recorder, forger }, reports) {
  for (const report of reports) {
    const start = recorder.now();
    const { kind: outcome } = await forger.report(sentAs(report));
    recorder.record('report', { ...report, outcome, start, end: recorder.now(), replayed: true });
  }
}

/** A report that was recorded, as the store takes it. */
export function sentAs({ server, boot, sequence, host, port, zone, leaving, sessions }) {
  return {
    ...{ server, boot, sequence, zone, leaving },
    healthy: true,
    endpoint: { host, httpPort: port, quicPort: 0, webUrlPath: '/' },
    sessions: { kind: 'listed', ids: sessions },
  };
}

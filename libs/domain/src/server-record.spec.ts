import type { ServerId } from './ids';
import { DEFAULT_TIMINGS, leasePolicy } from './lease-policy';
import { serverState, type ServerRecord } from './server-record';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const REPORTED_AT_MS = 1_000_000;

const RECORD: ServerRecord = {
  server: 'gpu-1' as ServerId,
  boot: 1,
  sequence: 1,
  endpoint: { host: '10.0.0.1', httpPort: 8443, quicPort: 0, webUrlPath: '/' },
  zone: '',
  healthy: true,
  leaving: false,
  sessions: [],
  reportedAtMs: REPORTED_AT_MS,
  leaseEndsAtMs: REPORTED_AT_MS + POLICY.leaseTtlMs,
};

const stateAfter = (ms: number, change: Partial<ServerRecord> = {}) =>
  serverState({ ...RECORD, ...change }, REPORTED_AT_MS + ms, POLICY);

describe('serverState', () => {
  it('is live until 2.2 intervals have gone by without a report', () => {
    expect(stateAfter(0)).toBe('live');
    expect(stateAfter(10_999)).toBe('live');
    expect(stateAfter(11_000)).toBe('late');
  });

  it('is late until its lease ends', () => {
    expect(stateAfter(19_999)).toBe('late');
    expect(stateAfter(20_000)).toBe('lapsed');
  });

  it('is leaving, not late, when it said so, until its shorter lease ends', () => {
    const leaving = { leaving: true, leaseEndsAtMs: REPORTED_AT_MS + POLICY.leavingLeaseMs };
    expect(stateAfter(0, leaving)).toBe('leaving');
    expect(stateAfter(9_999, leaving)).toBe('leaving');
    expect(stateAfter(10_000, leaving)).toBe('lapsed');
  });

  it('says nothing of health: an unhealthy server that reports is live', () => {
    expect(stateAfter(0, { healthy: false })).toBe('live');
  });
});

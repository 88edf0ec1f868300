import type { LocalId, ServerId } from './ids';
import {
  BOOT_MAX,
  reportProblem,
  SEQUENCE_MAX,
  SESSIONS_PER_SERVER_MAX,
  type Report,
} from './report';

const REPORT: Report = {
  server: 'gpu-1' as ServerId,
  boot: 1,
  sequence: 1,
  endpoint: { host: '10.0.0.1', httpPort: 8443, quicPort: 0, webUrlPath: '/' },
  zone: '',
  healthy: true,
  leaving: false,
  sessions: { kind: 'listed', ids: ['console' as LocalId] },
};

function listing(...ids: string[]): Partial<Report> {
  return { sessions: { kind: 'listed', ids: ids as LocalId[] } };
}

function reopening(reopened: readonly string[], ...ids: string[]): Partial<Report> {
  return {
    sessions: { kind: 'listed', ids: ids as LocalId[], reopened: reopened as LocalId[] },
  };
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `session-${index}`);
}

describe('reportProblem', () => {
  const fine: [string, Partial<Report>][] = [
    ['a plain report', {}],
    ['the highest counters', { boot: BOOT_MAX, sequence: SEQUENCE_MAX }],
    ['a zone', { zone: 'eu-central-1a' }],
    ['no sessions', listing()],
    ['as many sessions as allowed', listing(...numbered(SESSIONS_PER_SERVER_MAX))],
    ['an unknown list', { sessions: { kind: 'unknown' } }],
    ['a withheld list', { sessions: { kind: 'withheld' } }],
    ['a session that was reopened', reopening(['a'], 'a', 'b')],
    ['all sessions reopened', reopening(['b', 'a'], 'a', 'b')],
    ['none reopened', reopening([], 'a')],
  ];
  it.each(fine)('has nothing against %s', (_, change) => {
    expect(reportProblem({ ...REPORT, ...change })).toBeUndefined();
  });

  const broken: [string, Partial<Report>, RegExp][] = [
    ['a server id with a ~', { server: 'a~b' as ServerId }, /server id/],
    ['no server id', { server: '' as ServerId }, /server id/],
    ['boot 0', { boot: 0 }, /boot number/],
    ['a negative boot', { boot: -1 }, /boot number/],
    ['half a boot', { boot: 1.5 }, /boot number/],
    ['a boot that is no number', { boot: Number.NaN }, /boot number/],
    ['too high a boot', { boot: BOOT_MAX + 1 }, /boot number/],
    ['sequence 0', { sequence: 0 }, /sequence number/],
    ['too high a sequence', { sequence: SEQUENCE_MAX + 1 }, /sequence number/],
    ['a zone with a line break', { zone: 'a\n' }, /zone/],
    ['a zone of 64 characters', { zone: 'z'.repeat(64) }, /zone/],
    ['a broken endpoint', { endpoint: { ...REPORT.endpoint, httpPort: 0 } }, /HTTP port/],
    [
      'too many sessions',
      listing(...numbered(SESSIONS_PER_SERVER_MAX + 1)),
      /at most 500 sessions, not 501/,
    ],
    ['a session listed twice', listing('a', 'b', 'a'), /listed twice/],
    ['a reopened session that is not listed', reopening(['a', 'b'], 'a'), /not listed/],
    ['an empty session id reopened', reopening([''], 'a'), /not listed/],
    ['an empty session id', listing(''), /session id/],
    ['a session id with a control character', listing('a\u0007'), /session id/],
    ['an over-long session id', listing('x'.repeat(257)), /session id/],
  ];
  it.each(broken)('refuses %s', (_, change, problem) => {
    expect(reportProblem({ ...REPORT, ...change })).toMatch(problem);
  });
});

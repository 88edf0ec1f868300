import {
  readFenceBody,
  readReportAnswer,
  readReportBody,
  REPORT_BODY_BYTES_MAX,
} from './report-door';

const endpoint = { host: '10.0.0.1', httpPort: 8443, quicPort: 0, webUrlPath: '/' };
const report = {
  server: 'gpu-1',
  boot: 1,
  sequence: 2,
  endpoint,
  zone: '',
  healthy: true,
  leaving: false,
  sessions: { kind: 'listed', ids: ['console'] },
};

const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;

describe('the body of a report', () => {
  it.each([
    ['with a list', report],
    ['without the server, which the identity names', { ...report, server: undefined }],
    ['with nothing known', { ...report, sessions: { kind: 'unknown' } }],
    ['with sessions withheld', { ...report, sessions: { kind: 'withheld' } }],
    ['with one reopened', { ...report, sessions: { kind: 'listed', ids: ['a'], reopened: ['a'] } }],
  ])('is read %s', (_case, body) => {
    expect(readReportBody(JSON.parse(JSON.stringify(body)))).toEqual(
      JSON.parse(JSON.stringify(body)),
    );
  });

  it('is read with what a later version adds to it, which is passed over', () => {
    const later = {
      ...report,
      load: deep,
      endpoint: { ...endpoint, ipv6: '::1' },
      sessions: { ...report.sessions, users: [{}] },
    };
    expect(readReportBody(later)).toEqual(report);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'report'],
    ['a list', [report]],
    ['no boot', { ...report, boot: undefined }],
    ['a boot in words', { ...report, boot: '1' }],
    ['a fraction', { ...report, sequence: 1.5 }],
    ['a boot of great depth', { ...report, boot: deep }],
    ['a server that is no text', { ...report, server: 7 }],
    ['no endpoint', { ...report, endpoint: undefined }],
    ['a list for an endpoint', { ...report, endpoint: [] }],
    ['a port in words', { ...report, endpoint: { ...endpoint, httpPort: '8443' } }],
    ['no host', { ...report, endpoint: { ...endpoint, host: null } }],
    ['a word for health', { ...report, healthy: 'yes' }],
    ['no sessions', { ...report, sessions: null }],
    ['sessions of an unknown kind', { ...report, sessions: { kind: 'guessed', ids: [] } }],
    ['listed sessions without a list', { ...report, sessions: { kind: 'listed' } }],
    ['ids that are no texts', { ...report, sessions: { kind: 'listed', ids: [1] } }],
    ['ids of great depth', { ...report, sessions: { kind: 'listed', ids: [deep] } }],
    [
      'reopened ids that are no list',
      { ...report, sessions: { kind: 'listed', ids: [], reopened: 'a' } },
    ],
  ])('is refused with a sentence when it has %s', (_case, body) => {
    expect(readReportBody(body)).toEqual({ problem: expect.stringMatching(/^[a-zA-Z.]+ .*must/) });
  });

  it('never takes what only a prototype has', () => {
    const body = JSON.parse('{"__proto__":{"boot":1,"sequence":1}}') as unknown;
    expect(readFenceBody(body)).toEqual({ problem: expect.stringContaining('must') });
  });

  it('says which field is wrong, and never what stood in it', () => {
    const body = { ...report, endpoint: { ...endpoint, httpPort: 'a secret' } };
    const { problem } = readReportBody(body) as { problem: string };
    expect(problem).toContain('endpoint.httpPort');
    expect(problem).not.toContain('secret');
  });

  it('fits even if its five hundred sessions are as long as can be, escaped, and all reopened', () => {
    const ids = Array.from({ length: 500 }, (_, index) => String(index).padEnd(256, '"'));
    const largest = JSON.stringify({ ...report, sessions: { kind: 'listed', ids, reopened: ids } });
    expect(Buffer.byteLength(largest)).toBeLessThan(REPORT_BODY_BYTES_MAX);
  });
});

describe('the body of a withdrawal', () => {
  it('is a fence, and nothing else of it is read', () => {
    expect(readFenceBody({ server: 'gpu-1', boot: 1, sequence: 2, more: 3 })).toEqual({
      server: 'gpu-1',
      boot: 1,
      sequence: 2,
    });
    expect(readFenceBody({ boot: 1 })).toEqual({ problem: expect.stringContaining('sequence') });
  });
});

describe('the body of a 200', () => {
  it.each([
    { outcome: 'applied' },
    { outcome: 'already-applied' },
    { outcome: 'superseded', boot: 7 },
    { outcome: 'outdated', sequence: 7 },
  ])('says $outcome', (answer) => {
    expect(readReportAnswer({ ...answer, more: 1 })).toEqual(answer);
  });

  it.each([
    undefined,
    null,
    '<html>',
    {},
    { outcome: 'welcomed' },
    { outcome: 'superseded' },
    { outcome: 'superseded', boot: '7' },
    { outcome: 'outdated', sequence: 0.5 },
  ])('is not believed when it is %j', (answer) => {
    expect(readReportAnswer(answer)).toBeUndefined();
  });
});

import type { ServerRow } from './server-rows';
import { serversTable } from './servers.table';

function row(traits: Partial<ServerRow>): ServerRow {
  return {
    server: 'gpu-1',
    state: 'live',
    healthy: true,
    zone: '',
    host: '10.0.0.1',
    httpPort: 8443,
    quicPort: 8443,
    webUrlPath: '/',
    sessions: 1,
    reportedAgoMs: 1_240,
    leaseLeftMs: 18_760,
    ...traits,
  };
}

describe('serversTable', () => {
  it('shows every server in one line, and what they add up to', () => {
    const rows = [
      row({ zone: 'eu-1a', sessions: 12 }),
      row({
        server: 'gpu-2',
        state: 'leaving',
        host: '10.0.0.2',
        reportedAgoMs: 300,
        leaseLeftMs: 9_700,
      }),
      row({
        server: 'gpu-10',
        healthy: false,
        host: 'gpu-10.example',
        quicPort: null,
        sessions: 0,
      }),
      row({
        server: 'render-1',
        state: 'late',
        host: '2001:db8::5',
        reportedAgoMs: 12_000,
        leaseLeftMs: 8_000,
      }),
      row({ server: 'render-3', state: 'held', reportedAgoMs: 312_000, leaseLeftMs: 14_200 }),
      row({ server: 'render-4', state: 'protected', healthy: false, leaseLeftMs: 20_000 }),
      row({
        server: 'render-2',
        state: 'lapsed',
        zone: 'eu-1b',
        reportedAgoMs: 92_000,
        leaseLeftMs: -72_000,
      }),
    ];

    expect(serversTable(rows).split('\n')).toEqual([
      'SERVER    STATE                 ZONE   ENDPOINT             QUIC  SESSIONS        REPORTED  LEASE LEFT',
      'gpu-1     live                  eu-1a  10.0.0.1:8443        8443        12       1.2 s ago        18 s',
      'gpu-2     leaving               –      10.0.0.2:8443        8443         1       0.3 s ago       9.7 s',
      'gpu-10    live, unhealthy       –      gpu-10.example:8443     –         0       1.2 s ago        18 s',
      'render-1  late                  –      [2001:db8::5]:8443   8443         1        12 s ago       8.0 s',
      'render-3  held                  –      10.0.0.1:8443        8443         1  5 min 12 s ago        14 s',
      'render-4  protected, unhealthy  –      10.0.0.1:8443        8443         1       1.2 s ago        20 s',
      'render-2  lapsed                eu-1b  10.0.0.1:8443        8443         1  1 min 32 s ago        over',
      '',
      '7 servers: 2 live, 1 leaving, 1 late, 1 held, 1 protected, 1 lapsed · 2 unhealthy · 17 sessions',
    ]);
  });

  it('counts one of a kind in the singular', () => {
    expect(
      serversTable([row({})])
        .split('\n')
        .at(-1),
    ).toBe('1 server: 1 live · 1 session');
  });
});

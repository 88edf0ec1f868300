import type { SessionRow } from './session-rows';
import { sessionsTable } from './sessions.table';

function row(traits: Partial<SessionRow>): SessionRow {
  return {
    id: 'gpu-1~console',
    session: 'console',
    server: 'gpu-1',
    bare: 'ok',
    state: 'live',
    healthy: true,
    host: '10.0.0.1',
    httpPort: 8443,
    quicPort: 8443,
    webUrlPath: '/',
    leaseLeftMs: 18_760,
    ...traits,
  };
}

describe('sessionsTable', () => {
  it('shows every session in full, and what they add up to', () => {
    const rows = [
      row({ bare: 'ambiguous' }),
      row({ id: 'gpu-1~設計 2', session: '設計 2', healthy: false }),
      row({
        id: 'gpu-2~console',
        server: 'gpu-2',
        bare: 'ambiguous',
        state: 'late',
        host: '2001:db8::5',
      }),
      row({ id: 'gpu-3~cad', server: 'gpu-3', bare: 'none', state: 'lapsed', leaseLeftMs: 0 }),
      row({ id: 'gpu-4~cad', server: 'gpu-4', state: 'held', leaseLeftMs: 4_300 }),
      row({ id: 'gpu-5~cae', server: 'gpu-5', state: 'protected' }),
    ];

    expect(sessionsTable(rows).split('\n')).toEqual([
      'SESSION        BARE ID    SERVER  ENDPOINT            STATE            LEASE LEFT',
      'gpu-1~console  ambiguous  gpu-1   10.0.0.1:8443       live                   18 s',
      'gpu-1~設計 2   ok         gpu-1   10.0.0.1:8443       live, unhealthy        18 s',
      'gpu-2~console  ambiguous  gpu-2   [2001:db8::5]:8443  late                   18 s',
      'gpu-3~cad      –          gpu-3   10.0.0.1:8443       lapsed                 over',
      'gpu-4~cad      ok         gpu-4   10.0.0.1:8443       held                  4.3 s',
      'gpu-5~cae      ok         gpu-5   10.0.0.1:8443       protected              18 s',
      '',
      '6 sessions on 5 servers',
    ]);
  });
});

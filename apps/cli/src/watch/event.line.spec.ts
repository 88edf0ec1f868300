import { eventLine } from './event.line';

const at = String(Date.UTC(2026, 10, 21, 14, 3, 12, 345));

function line(type: string, fields: Record<string, string>): string {
  return eventLine({ id: `${at}-0`, type, fields: { at, ...fields } });
}

describe('eventLine', () => {
  it('shows every type in the same columns', () => {
    const session = 'console';
    expect([
      line('server.joined', { server: 'gpu-1', reason: 'new' }),
      line('session.opened', { server: 'gpu-1', session }),
      line('session.closed', { server: 'gpu-1', session, reason: 'unhealthy' }),
      line('session.moved', { server: 'gpu-2', session, from: 'gpu-1' }),
      line('session.ambiguous', { server: 'gpu-2', session, with: 'gpu-1' }),
      line('session.evicted', { server: 'gpu-1', session, reason: 'lapsed' }),
      line('server.held', { server: 'gpu-1', reason: 'probe' }),
      line('server.recovered', { server: 'gpu-1' }),
      line('server.lost', { server: 'gpu-1', reason: 'lapsed', sessions: '1' }),
      line('server.conflict', { server: 'gpu-1', boot: '4', by: '5' }),
      line('protection.started', { zone: 'eu-1a', late: '90', servers: '300' }),
      line('protection.ended', { zone: '', reason: 'operator' }),
    ]).toEqual([
      '2026-11-21T14:03:12Z  server.joined       gpu-1                     new',
      '2026-11-21T14:03:12Z  session.opened      gpu-1~console',
      '2026-11-21T14:03:12Z  session.closed      gpu-1~console             unhealthy',
      '2026-11-21T14:03:12Z  session.moved       gpu-2~console             from gpu-1',
      '2026-11-21T14:03:12Z  session.ambiguous   gpu-2~console             with gpu-1',
      '2026-11-21T14:03:12Z  session.evicted     gpu-1~console             lapsed',
      '2026-11-21T14:03:12Z  server.held         gpu-1                     probe',
      '2026-11-21T14:03:12Z  server.recovered    gpu-1',
      '2026-11-21T14:03:12Z  server.lost         gpu-1                     lapsed, 1 session',
      '2026-11-21T14:03:12Z  server.conflict     gpu-1                     boot 4, by boot 5',
      '2026-11-21T14:03:12Z  protection.started  zone eu-1a                90 late, of 300 servers',
      '2026-11-21T14:03:12Z  protection.ended    no zone                   operator',
    ]);
  });

  it('shows an event of a newer service as it is, with the time of its id', () => {
    expect(eventLine({ id: `${at}-7`, type: 'server.napped', fields: { why: 'a probe' } })).toBe(
      '2026-11-21T14:03:12Z  server.napped       –                         why a probe',
    );
  });

  it('spells out what a terminal would obey', () => {
    expect(line('session.opened', { server: 'gpu-1', session: '\u001b[2J' })).toContain(
      'gpu-1~\\u{1b}[2J',
    );
  });
});

import { DOMAIN_EVENTS, isDomainEventType, parseDomainEvent } from './domain-events';

const AT = '1795253260712';

describe('a domain event from a stream entry', () => {
  it.each([
    ['server.joined', { server: 'gpu-1', reason: 'new' }],
    ['server.held', { server: 'gpu-1', reason: 'probe' }],
    ['server.held', { server: 'gpu-1', reason: 'protection' }],
    ['server.recovered', { server: 'gpu-1' }],
    ['server.lost', { server: 'gpu-1', reason: 'lapsed', sessions: '3' }],
    ['session.opened', { server: 'gpu-1', session: 'console' }],
    ['session.closed', { server: 'gpu-1', session: 'console', reason: 'unhealthy' }],
    ['session.evicted', { server: 'gpu-1', session: 'console', reason: 'operator' }],
    ['session.moved', { server: 'gpu-1', session: 'console', from: 'gpu-2' }],
    ['session.ambiguous', { server: 'gpu-1', session: 'console', with: 'gpu-2' }],
  ] as const)('becomes a typed %s', (type, fields) => {
    const event = parseDomainEvent(type, { at: AT, ...fields });
    expect(event).toBeInstanceOf(DOMAIN_EVENTS[type]);
    expect(event).toMatchObject({ at: Number(AT), server: 'gpu-1' });
  });

  it.each(['lapsed', 'operator', 'dead', 'hold-expired', 'replaced'] as const)(
    'knows a loss that is %s, of a server and of its sessions',
    (reason) => {
      const about = { at: AT, server: 'gpu-1', reason };
      expect(parseDomainEvent('server.lost', { ...about, sessions: '1' })?.reason).toBe(reason);
      expect(parseDomainEvent('session.evicted', { ...about, session: 'a' })?.reason).toBe(reason);
    },
  );

  it.each(['eu-1a', ''])('tells of the zone "%s", which has no server', (zone) => {
    const started = { at: AT, zone, late: '90', servers: '300' };
    expect(parseDomainEvent('protection.started', started)).toEqual({
      at: Number(AT),
      zone,
      late: 90,
      servers: 300,
    });
    for (const reason of ['recovered', 'operator', 'time']) {
      expect(parseDomainEvent('protection.ended', { at: AT, zone, reason })).toEqual({
        at: Number(AT),
        zone,
        reason,
      });
    }
  });

  it('has numbers where the contract says so', () => {
    const fields = { at: AT, server: 'gpu-1', reason: 'lapsed', sessions: '3' };
    expect(parseDomainEvent('server.lost', fields)?.sessions).toBe(3);
  });

  it.each([
    ['without a moment', 'session.opened', { server: 'gpu-1', session: 'console' }],
    ['with a moment that is no number', 'session.opened', { at: 'now', server: 'a', session: 'b' }],
    ['without a server', 'server.joined', { at: AT, reason: 'new' }],
    ['with a hold on nobody’s word', 'server.held', { at: AT, server: 'a', reason: 'hope' }],
    ['without a zone', 'protection.ended', { at: AT, reason: 'time' }],
    ['with an end nobody knows', 'protection.ended', { at: AT, zone: '', reason: 'x' }],
    ['without a count', 'protection.started', { at: AT, zone: 'a', late: '3' }],
    [
      'with a withdrawal of an evicted session',
      'session.evicted',
      { at: AT, server: 'a', session: 'b', reason: 'withdrawn' },
    ],
    ['with an empty session', 'session.opened', { at: AT, server: 'gpu-1', session: '' }],
    [
      'with a reason nobody knows',
      'server.lost',
      { at: AT, server: 'a', reason: 'x', sessions: '1' },
    ],
    [
      'with a negative count',
      'server.lost',
      { at: AT, server: 'a', reason: 'lapsed', sessions: '-1' },
    ],
  ] as const)('is refused %s', (_, type, fields) => {
    expect(parseDomainEvent(type, fields as unknown as Record<string, string>)).toBeUndefined();
  });

  it('keeps fields that a newer version added out of nobody’s way', () => {
    const fields = { at: AT, server: 'gpu-1', reason: 'new', colour: 'blue' };
    expect(parseDomainEvent('server.joined', fields)).toMatchObject({ reason: 'new' });
  });

  it('knows its own types, and nothing that every object has', () => {
    expect(isDomainEventType('session.moved')).toBe(true);
    expect(isDomainEventType('session.renamed')).toBe(false);
    expect(isDomainEventType('toString')).toBe(false);
  });
});

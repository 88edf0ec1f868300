import { connectDocument, connectText } from './connect.text';
import type { Connection } from './make-connection';

const connection: Connection = {
  id: 'gpu-1~console',
  session: 'console',
  server: 'gpu-1',
  user: 'CORP\\alice',
  ttlMs: 3_600_000,
  expiresAtMs: Date.UTC(2030, 0, 2, 3, 4, 5, 678),
  token: 'T',
  links: { browser: 'https://b', native: 'dcv://n' },
};

describe('connectText', () => {
  it('tells who is let in where, for how long, and by which links', () => {
    expect(connectText(connection).split('\n')).toEqual([
      'session  gpu-1~console',
      'user     CORP\\alice',
      'good     for 1 h, until 2030-01-02T03:04:05Z or the end of the session',
      'browser  https://b',
      'native   dcv://n',
    ]);
  });

  it('tells whom else it keeps out, and why the session may be gone', () => {
    const lines = connectText({
      ...connection,
      clientAddress: '192.0.2.1',
      stale: 'held',
      links: { proxy: 'https://p' },
    }).split('\n');

    expect(lines).toContain('client   192.0.2.1, and no other');
    expect(lines).toContain(
      'stale    held: its agent is silent, but its DCV port answers a reconciler',
    );
    expect(lines.at(-1)).toBe('proxy    https://p');
  });

  it('spells out what a terminal would obey', () => {
    expect(connectText({ ...connection, user: 'a\u202eb' })).toContain('user     a\\u{202e}b');
  });
});

describe('connectDocument', () => {
  it('has the moment in ISO, and the token beside the links', () => {
    expect(connectDocument({ ...connection, stale: 'held' })).toEqual({
      id: 'gpu-1~console',
      session: 'console',
      server: 'gpu-1',
      user: 'CORP\\alice',
      stale: 'held',
      expiresAt: '2030-01-02T03:04:05.678Z',
      token: 'T',
      links: { browser: 'https://b', native: 'dcv://n' },
    });
  });
});

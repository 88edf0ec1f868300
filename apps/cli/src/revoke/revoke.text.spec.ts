import { localId, serverId } from '@rollcall/testing';
import { revokeDocument, revokeText } from './revoke.text';

const session = { server: serverId('gpu-1'), session: localId('console') };

describe('revokeText', () => {
  it('tells how many links of whom to what are void', () => {
    expect(revokeText({ session, user: 'alice', revoked: 1 })).toBe(
      '1 link of alice to gpu-1~console is void now.',
    );
    expect(revokeText({ session, revoked: 2 })).toBe('2 links to gpu-1~console are void now.');
    expect(revokeText({ user: 'alice', revoked: 12 })).toBe('12 links of alice are void now.');
  });

  it('tells that there was none', () => {
    expect(revokeText({ session, revoked: 0 })).toBe('No link to gpu-1~console was good.');
  });
});

describe('revokeDocument', () => {
  it('names what was asked for', () => {
    expect(revokeDocument({ session, user: 'alice', revoked: 2 })).toEqual({
      id: 'gpu-1~console',
      server: 'gpu-1',
      session: 'console',
      user: 'alice',
      revoked: 2,
    });
  });
});

import { publicId } from '@rollcall/testing';
import { readRouteRequest, type RouteRequest } from './route-request.reader';

const OF_PATH: Partial<RouteRequest> = { target: '/route/of-path', pathId: 'of-path' };
const OF_HEADER = { 'x-rollcall-session': ['of-header'] };
const OF_COOKIE = { cookie: ['theme=dark; __Host-rollcall=of-cookie'] };

function read(request: Partial<RouteRequest>) {
  return readRouteRequest({ target: '/route', headers: {}, ...request });
}

function sessionIdIn(request: Partial<RouteRequest>): string {
  const result = read(request);
  return result.ok ? result.query.sessionId : result.problem;
}

describe('a proxy’s request', () => {
  it('is for HTTP, and for the id that it names', () => {
    expect(read({ target: '/route/gpu-1~cad', pathId: 'gpu-1~cad' })).toEqual({
      ok: true,
      query: { sessionId: 'gpu-1~cad', id: publicId('gpu-1~cad'), transport: 'HTTP' },
    });
  });

  it('names its id in path, query, header or cookie, the first of them that has one', () => {
    const headers = { ...OF_HEADER, ...OF_COOKIE };
    const target = '/route/of-path?sessionId=of-query';
    expect(sessionIdIn({ ...OF_PATH, target, headers })).toBe('of-path');
    expect(sessionIdIn({ target: '/route?a=b&sessionId=of-query', headers })).toBe('of-query');
    expect(sessionIdIn({ headers })).toBe('of-header');
    expect(sessionIdIn({ headers: OF_COOKIE })).toBe('of-cookie');
    expect(sessionIdIn({})).toBe('missing');
  });

  it('does not name one in a place that is there, but empty', () => {
    const empty = { 'x-rollcall-session': [' '], ...OF_COOKIE };
    expect(sessionIdIn({ target: '/route/?sessionId=', pathId: '', headers: empty })).toBe(
      'of-cookie',
    );
    expect(sessionIdIn({ headers: { cookie: ['__Host-rollcall='] } })).toBe('missing');
  });

  it('is not rescued by a good place behind a bad one', () => {
    const headers = { 'x-rollcall-session': ['%'], ...OF_COOKIE };
    expect(sessionIdIn({ headers })).toBe('malformed');
    expect(sessionIdIn({ target: '/route?sessionId=%00', headers: OF_HEADER })).toBe('malformed');
  });

  it.each([
    ['B%C3%BCro%20%E6%9D%B1', 'Büro 東'],
    ['a%25b', 'a%b'],
    ['a+b', 'a+b'],
    ['a%2Fb%3Bc', 'a/b;c'],
  ])('has the id percent-encoded in header and cookie: %s', (raw, id) => {
    expect(sessionIdIn({ headers: { 'x-rollcall-session': [raw] } })).toBe(id);
    expect(sessionIdIn({ headers: { cookie: [`__Host-rollcall=${raw}`] } })).toBe(id);
  });

  it('has a plus for a space in the query, as forms do', () => {
    expect(sessionIdIn({ target: '/route?sessionId=a+b%2Bc' })).toBe('a b+c');
  });

  it('passes over what a client’s query and cookies hold besides', () => {
    expect(sessionIdIn({ target: '/route?x=%&y=%FF&sessionId=a&authToken=t' })).toBe('a');
    expect(sessionIdIn({ target: '/route?xsessionId=b&SessionId=c', headers: OF_COOKIE })).toBe(
      'of-cookie',
    );
    const cookies = ['x=%', '  y; =;;', 'rollcall=b; __Host-rollcall2=c ;__Host-rollcall=a ; z=1'];
    expect(sessionIdIn({ headers: { cookie: cookies } })).toBe('a');
  });

  it.each<[string, Partial<RouteRequest>]>([
    ['twice in the query', { target: '/route?sessionId=a&sessionId=a' }],
    ['in two headers', { headers: { 'x-rollcall-session': ['a', 'a'] } }],
    ['in two cookies', { headers: { cookie: ['__Host-rollcall=a; __Host-rollcall=b'] } }],
    [
      'in two lines of cookies',
      { headers: { cookie: ['__Host-rollcall=a', '__Host-rollcall=b'] } },
    ],
    ['over-long', { target: '/route/', pathId: 'x'.repeat(321) }],
    ['with a NUL', { target: '/route?sessionId=a%00' }],
    ['with CR and LF', { headers: { 'x-rollcall-session': ['a%0D%0Ax-rollcall-upstream:%20b'] } }],
    ['with broken encoding', { headers: { 'x-rollcall-session': ['%zz'] } }],
    ['with half a character', { target: '/route?sessionId=%E6%97' }],
    ['in bytes that are not encoded', { headers: { 'x-rollcall-session': ['B\xfcro'] } }],
    ['in a path that is not encoded', { target: '/route/B\xfcro', pathId: 'B\xfcro' }],
    ['with a space', { headers: { cookie: ['__Host-rollcall=a b'] } }],
  ])('is malformed with an id %s', (_case, request) => {
    expect(read(request)).toEqual({ ok: false, problem: 'malformed' });
  });

  it.each(['~console', '-gpu~console', 'gpu-1~', '../x~y'])(
    'can name a session that no server could have: %s',
    (sessionId) => {
      expect(read({ headers: { 'x-rollcall-session': [sessionId] } })).toEqual({
        ok: true,
        query: { sessionId, id: undefined, transport: 'HTTP' },
      });
    },
  );
});

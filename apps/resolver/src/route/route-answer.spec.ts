import type { Endpoint } from '@rollcall/domain';
import { anEndpoint, localId, serverId } from '@rollcall/testing';
import type { LookupDecision } from '../resolve/lookup-decision';
import { carriable, routeAnswer } from './route-answer';

function found(endpoint: Partial<Endpoint> = {}): LookupDecision & { kind: 'found' } {
  const destination = {
    server: serverId('gpu-1'),
    session: localId('console'),
    endpoint: anEndpoint(endpoint),
  };
  return { kind: 'found', destination, port: destination.endpoint.httpPort };
}

describe('a route’s answer', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3:8443'],
    ['gpu-1.example', 'gpu-1.example:8443'],
    ['2001:db8::1', '[2001:db8::1]:8443'],
  ])('names the upstream %s as a URL has it: %s', (host, upstream) => {
    const answer = routeAnswer(found({ host }));
    expect(answer).toEqual({
      status: 200,
      headers: {
        'x-rollcall-upstream': upstream,
        'x-rollcall-base-path': '',
        'content-length': 0,
        'cache-control': 'no-store',
      },
      body: '',
    });
  });

  it.each([
    ['/', ''],
    ['/desk', '/desk'],
    ['/desk/', '/desk'],
    ['/a/b/', '/a/b'],
  ])('has the base path of %s without its last slash: "%s"', (webUrlPath, basePath) => {
    expect(routeAnswer(found({ webUrlPath })).headers['x-rollcall-base-path']).toBe(basePath);
  });

  it.each(['held', 'protected', 'unsettled'] as const)('says that it is stale: %s', (stale) => {
    expect(routeAnswer({ ...found(), stale }).headers).toMatchObject({
      'x-rollcall-stale': stale,
      'x-rollcall-upstream': expect.any(String),
    });
  });

  it.each<[LookupDecision, number, string]>([
    [{ kind: 'not-found', reason: 'unknown' }, 404, 'SESSION_NOT_FOUND'],
    [{ kind: 'not-found', reason: 'ambiguous' }, 404, 'SESSION_AMBIGUOUS'],
    [{ kind: 'warming' }, 503, 'ROLL_WARMING'],
    [{ kind: 'unavailable', cause: 'late' }, 503, 'STORE_UNAVAILABLE'],
    [{ kind: 'stopping' }, 503, 'STOPPING'],
  ])('to %j is that of a lookup: %d %s', (decision, status, code) => {
    const answer = routeAnswer(decision);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ code });
    expect('retry-after' in answer.headers).toBe(status === 503);
    expect(answer.headers).not.toHaveProperty('x-rollcall-upstream');
  });

  it.each<Partial<Endpoint>>([
    { host: 'gpu-1\r\nx-evil: 1' },
    { host: 'user@evil.example' },
    { host: 'evil.example/x' },
    { host: '10.0.0.1:80' },
    { host: '' },
    { webUrlPath: '/a\r\nb' },
    { webUrlPath: 'desk' },
    { webUrlPath: '/a b' },
    { httpPort: Number.NaN },
    { httpPort: 70_000 },
  ])('I7: is never made of %j', (endpoint) => {
    expect(carriable(found(endpoint))).toEqual({ kind: 'not-found', reason: 'endpoint-refused' });
  });

  it('is made of whatever else was decided as it is', () => {
    for (const decision of [found(), { kind: 'warming' } as const]) {
      expect(carriable(decision)).toBe(decision);
    }
  });
});

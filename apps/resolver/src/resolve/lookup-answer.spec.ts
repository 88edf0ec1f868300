import { anEndpoint, localId, serverId } from '@rollcall/testing';
import type { LookupDecision } from './lookup-decision';
import { lookupAnswer } from './lookup-answer';
import { outcomeOf } from './lookup-decision';

const destination = {
  server: serverId('gpu-1'),
  session: localId('console'),
  endpoint: anEndpoint({ host: 'gpu-1.example', quicPort: 8444, webUrlPath: '/dcv' }),
};

describe('a lookup’s answer', () => {
  it('has exactly the contract’s five keys, the port as a number, and is not to be kept', () => {
    const answer = lookupAnswer({ kind: 'found', destination, port: 8444 }, 'QUIC');
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
    });
    expect(JSON.parse(answer.body)).toEqual({
      SessionId: 'console',
      TransportProtocol: 'QUIC',
      DcvServerEndpoint: 'gpu-1.example',
      Port: 8444,
      WebUrlPath: '/dcv',
    });
  });

  it('counts its length in bytes', () => {
    const umlaut = { ...destination, session: localId('Büro 東京') };
    const answer = lookupAnswer({ kind: 'found', destination: umlaut, port: 1 }, 'HTTP');
    expect(answer.headers['content-length']).toBe(Buffer.byteLength(answer.body));
  });

  it.each(['held', 'protected', 'unsettled'] as const)(
    'says in a header that it is stale: %s',
    (stale) => {
      const decision: LookupDecision = { kind: 'found', destination, port: 8443, stale };
      expect(lookupAnswer(decision, 'HTTP').headers).toMatchObject({ 'x-rollcall-stale': stale });
      expect(lookupAnswer(decision, 'HTTP').body).toBe(
        lookupAnswer({ kind: 'found', destination, port: 8443 }, 'HTTP').body,
      );
      expect(outcomeOf(decision)).toBe(`stale_${stale}`);
    },
  );

  it.each<[LookupDecision, number, string, string]>([
    [{ kind: 'not-found', reason: 'unknown' }, 404, 'SESSION_NOT_FOUND', 'not_found_unknown'],
    [{ kind: 'not-found', reason: 'lapsed' }, 404, 'SESSION_LAPSED', 'not_found_lapsed'],
    [{ kind: 'not-found', reason: 'ambiguous' }, 404, 'SESSION_AMBIGUOUS', 'not_found_ambiguous'],
    [
      { kind: 'not-found', reason: 'transport' },
      404,
      'TRANSPORT_NOT_OFFERED',
      'not_found_transport',
    ],
    [
      { kind: 'not-found', reason: 'endpoint-refused' },
      404,
      'ENDPOINT_REFUSED',
      'not_found_endpoint_refused',
    ],
    [{ kind: 'warming' }, 503, 'ROLL_WARMING', 'warming'],
    [{ kind: 'unavailable', cause: 'late' }, 503, 'STORE_UNAVAILABLE', 'unavailable'],
    [{ kind: 'unavailable', cause: 'crowded' }, 503, 'STORE_UNAVAILABLE', 'unavailable'],
    [{ kind: 'stopping' }, 503, 'STOPPING', 'unavailable'],
  ])('to %j is %d %s, counted as %s', (decision, status, code, outcome) => {
    const answer = lookupAnswer(decision, 'HTTP');
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      code,
      message: expect.stringMatching(/^[A-Z].+\.$/),
    });
    expect(outcomeOf(decision)).toBe(outcome);
  });

  it.each<[LookupDecision, boolean]>([
    [{ kind: 'warming' }, true],
    [{ kind: 'unavailable', cause: 'unreachable' }, true],
    [{ kind: 'stopping' }, true],
    [{ kind: 'not-found', reason: 'unknown' }, false],
  ])('to %j asks to come back later: %s', (decision, later) => {
    expect('retry-after' in lookupAnswer(decision, 'HTTP').headers).toBe(later);
  });
});

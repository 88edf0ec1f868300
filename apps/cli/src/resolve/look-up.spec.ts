import {
  DEFAULT_ENDPOINT_PORTS,
  endpointPolicy,
  type EndpointPolicy,
  type Evidence,
} from '@rollcall/domain';
import { anEndpoint, localId, publicId, serverId } from '@rollcall/testing';
import { lookUp, readId } from './look-up';

function endpoints(allow = ''): EndpointPolicy {
  const policy = endpointPolicy(allow, DEFAULT_ENDPOINT_PORTS);
  if ('problems' in policy) throw new Error(policy.problems.join());
  return policy;
}

const destination = {
  server: serverId('gpu-1'),
  session: localId('console'),
  endpoint: anEndpoint(),
};

function lookUpOn(evidence: Evidence, policy = endpoints()) {
  const store = { lookup: async () => evidence };
  return lookUp(store, publicId('console'), { transport: 'HTTP', endpoints: policy });
}

describe('lookUp', () => {
  it('believes a provisional claim once everybody was heard, not before', async () => {
    const claim = { kind: 'provisional', destination } as const;

    expect(await lookUpOn({ ...claim, heard: false })).toEqual({ kind: 'warming' });
    expect(await lookUpOn({ ...claim, heard: true })).toMatchObject({
      kind: 'found',
      port: 8443,
    });
  });

  it('calls a session unknown only when the roll is settled', async () => {
    const absent = { kind: 'absent', lastKnown: { kind: 'nothing' } } as const;

    expect(await lookUpOn({ ...absent, settled: false })).toEqual({ kind: 'warming' });
    expect(await lookUpOn({ ...absent, settled: true })).toEqual({
      kind: 'not-found',
      reason: 'unknown',
    });
  });

  it('answers no endpoint that the policy refuses', async () => {
    const evidence: Evidence = { kind: 'answer', mark: 'live', destination };

    expect(await lookUpOn(evidence, endpoints('192.168.0.0/16'))).toEqual({
      kind: 'not-found',
      reason: 'endpoint-refused',
    });
  });
});

describe('readId', () => {
  it('tells an id that no server could report from one that is malformed', () => {
    expect(readId('gpu-1~console')).toMatchObject({ kind: 'askable', id: { kind: 'qualified' } });
    expect(readId('not a server~console')).toEqual({ kind: 'unservable' });
    expect(readId('')).toEqual({ kind: 'malformed' });
    expect(readId('a\u0007b')).toEqual({ kind: 'malformed' });
  });
});

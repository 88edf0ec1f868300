import { anEndpoint, localId, serverId } from '@rollcall/testing';
import { gatewayAnswer } from './gateway-answer';

const destination = {
  server: serverId('gpu-1'),
  session: localId('console'),
  endpoint: anEndpoint({ quicPort: 9443 }),
};

describe('gatewayAnswer', () => {
  it('is the body of the lookup with its status', async () => {
    const answer = await gatewayAnswer({ kind: 'found', destination, port: 9443 }, 'QUIC');

    expect(answer).toEqual({
      status: 200,
      body: {
        SessionId: 'console',
        TransportProtocol: 'QUIC',
        DcvServerEndpoint: '10.0.0.1',
        Port: 9443,
        WebUrlPath: '/',
      },
    });
  });

  it('says why an answer is stale', async () => {
    const found = { kind: 'found', destination, port: 8443, stale: 'unsettled' } as const;

    expect(await gatewayAnswer(found, 'HTTP')).toMatchObject({ status: 200, stale: 'unsettled' });
  });

  it.each([
    ['unknown', 'SESSION_NOT_FOUND'],
    ['lapsed', 'SESSION_LAPSED'],
    ['ambiguous', 'SESSION_AMBIGUOUS'],
    ['transport', 'TRANSPORT_NOT_OFFERED'],
    ['endpoint-refused', 'ENDPOINT_REFUSED'],
  ] as const)('answers 404 with a code of its own when the reason is %s', async (reason, code) => {
    expect(await gatewayAnswer({ kind: 'not-found', reason }, 'HTTP')).toEqual({
      status: 404,
      body: { code, message: expect.any(String) },
    });
  });

  it('answers 503 while the roll is being called', async () => {
    expect(await gatewayAnswer({ kind: 'warming' }, 'HTTP')).toMatchObject({
      status: 503,
      body: { code: 'ROLL_WARMING' },
    });
  });
});

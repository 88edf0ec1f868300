import { connectionFault } from './connection-fault';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('why a connection does not come about', () => {
  it.each([
    ['self-signed certificate in certificate chain', 'REDIS_TLS_CA_FILE must hold'],
    ['unable to verify the first certificate', 'REDIS_TLS_CA_FILE must hold'],
    ["Hostname/IP does not match certificate's altnames", 'name the host as it is addressed'],
    [
      'failed to connect to sentinel a:26379 because ERR No such master with that name',
      'knows no master of the name REDIS_SENTINEL_MASTER',
    ],
    [
      'connected to sentinel a:26379 successfully, but got an invalid reply: null',
      'knows no master of the name REDIS_SENTINEL_MASTER',
    ],
    [
      "failed to connect to sentinel a:6379 because ERR unknown command 'sentinel', with args",
      'REDIS_NODES must name Sentinels',
    ],
    ['ERR This instance has cluster support disabled', 'REDIS_NODES must name nodes of a Cluster'],
    ['WRONGPASS invalid username-password pair', 'WRONGPASS invalid username-password pair'],
  ])('"%s" points to what to do', (message, sentence) => {
    expect(connectionFault(new Error(message))).toContain(sentence);
  });

  it('is found where a Cluster hides it', () => {
    const error = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: new Error('connect ECONNREFUSED 127.0.0.1:7000'),
    });
    expect(connectionFault(error)).toBe('connect ECONNREFUSED 127.0.0.1:7000');
  });

  it('is a code where there is no message', () => {
    expect(connectionFault(withCode('', 'ECONNREFUSED'))).toBe('ECONNREFUSED');
  });
});

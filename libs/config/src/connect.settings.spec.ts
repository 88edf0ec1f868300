import { ConnectSettings } from './connect.settings';
import { readEnv, type Environment } from './read-env';

const read = (env: Environment) => readEnv({ doors: ConnectSettings }, env).doors;

describe('ConnectSettings', () => {
  it('names no door unless told', () => {
    expect(read({ CONNECT_PROXY: '' })).toEqual({ gateway: undefined, proxy: undefined });
  });

  it('reads both doors, each with its own usual port', () => {
    expect(read({ CONNECT_GATEWAY: 'gw.example', CONNECT_PROXY: 'desk.example' })).toEqual({
      gateway: { host: 'gw.example', port: 8443 },
      proxy: { host: 'desk.example', port: 443 },
    });
    expect(read({ CONNECT_PROXY: ' [2001:db8::7]:8444 ' }).proxy).toEqual({
      host: '2001:db8::7',
      port: 8444,
    });
  });

  it('names every setting that is no address', () => {
    expect(() =>
      read({ CONNECT_GATEWAY: 'https://gw.example', CONNECT_PROXY: 'desk.example:0' }),
    ).toThrow(
      'CONNECT_GATEWAY must read HOST:PORT or HOST, an IPv6 address in brackets\n' +
        'CONNECT_PROXY must read HOST:PORT or HOST, an IPv6 address in brackets',
    );
  });
});

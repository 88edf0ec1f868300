import { listenError } from './listen-error';

const failed = (code: string) =>
  listenError(
    { host: '192.0.2.1', port: 443, hostSetting: 'RESOLVER_HOST', portSetting: 'RESOLVER_PORT' },
    Object.assign(new Error(`listen ${code}`), { code }),
  );

describe('listenError', () => {
  it.each([
    [
      'EADDRINUSE',
      'RESOLVER_PORT: another process listens on port 443 of 192.0.2.1; choose another port',
    ],
    ['EACCES', 'RESOLVER_PORT: this user may not listen on port 443; choose one above 1023'],
    ['EADDRNOTAVAIL', 'RESOLVER_HOST: 192.0.2.1 is no address of this machine'],
    ['ENOTFOUND', 'RESOLVER_HOST: 192.0.2.1 is no address of this machine'],
    ['EMFILE', 'RESOLVER_PORT: cannot listen on port 443 of 192.0.2.1 (EMFILE)'],
  ])('says what to do about %s', (code, sentence) => {
    expect(failed(code)).toMatchObject({ code: 'LISTEN_FAILED', message: sentence });
  });

  it('keeps the cause', () => {
    expect(failed('EACCES').cause).toMatchObject({ code: 'EACCES' });
  });
});

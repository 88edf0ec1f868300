import { readVerificationForm } from './verification-form.reader';

const FORM = ['application/x-www-form-urlencoded'];

function read(body: string | Buffer, contentTypes: readonly string[] = FORM) {
  return readVerificationForm(contentTypes, Buffer.from(body as string));
}

describe('a verification’s form', () => {
  it('is read with and without the client’s address', () => {
    expect(read('sessionId=console&authenticationToken=abc&clientAddress=203.0.113.7')).toEqual({
      session: 'console',
      token: 'abc',
      clientAddress: '203.0.113.7',
    });
    for (const address of ['', '&clientAddress', '&clientAddress=']) {
      expect(read(`authenticationToken=abc&sessionId=console${address}`)).toEqual({
        session: 'console',
        token: 'abc',
      });
    }
  });

  it.each([
    [
      'percent-encoded UTF-8',
      'sessionId=B%C3%BCro+%E6%9D%B1%25&authenticationToken=a%2Bb',
      'Büro 東%',
    ],
    ['UTF-8 as it is', 'sessionId=Büro 東&authenticationToken=a%2Bb', 'Büro 東'],
    ['encoded names', 'session%49d=x&authentication%54oken=a%2Bb', 'x'],
    ['fields nobody knows', 'a=1&a=2&&b&=&sessionId=x&authenticationToken=a%2Bb&', 'x'],
    ['equals signs in a value', 'sessionId=a=b=c&authenticationToken=a%2Bb', 'a=b=c'],
  ])('may hold %s', (_case, body, session) => {
    expect(read(body)).toEqual({ session, token: 'a+b' });
  });

  it.each([
    'application/x-www-form-urlencoded; charset=UTF-8',
    'Application/X-WWW-Form-URLencoded ;charset=utf-8',
  ])('is of the type %s', (type) => {
    expect(read('sessionId=x&authenticationToken=y', [type])).toBeDefined();
  });

  it.each<[readonly string[]]>([
    [[]],
    [['']],
    [['application/json']],
    [['text/plain']],
    [['multipart/form-data']],
    [['application/x-www-form-urlencodedx']],
    [['x/application/x-www-form-urlencoded']],
    [['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded']],
  ])('is not of the type %j', (types) => {
    expect(read('sessionId=x&authenticationToken=y', types)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no session', 'authenticationToken=y'],
    ['an empty session', 'sessionId=&authenticationToken=y'],
    ['no token', 'sessionId=x'],
    ['an empty token', 'sessionId=x&authenticationToken='],
    ['other capitals', 'SessionId=x&authenticationToken=y'],
    ['the session twice', 'sessionId=x&sessionId=x&authenticationToken=y'],
    ['the session twice, once in disguise', 'sessionId=x&%73essionId=z&authenticationToken=y'],
    ['the token twice', 'sessionId=x&authenticationToken=y&authenticationToken=z'],
    ['the address twice', 'sessionId=x&authenticationToken=y&clientAddress=1&clientAddress=2'],
    ['broken encoding', 'sessionId=%&authenticationToken=y'],
    ['broken encoding beside it', 'sessionId=x&authenticationToken=y&z=%GG'],
    ['half a character', 'sessionId=%E6%97&authenticationToken=y'],
    ['a surrogate', 'sessionId=%ED%A0%80&authenticationToken=y'],
    ['an over-long encoding', 'sessionId=%C0%80&authenticationToken=y'],
    ['Latin-1', Buffer.from('sessionId=B\xfcro&authenticationToken=y', 'latin1')],
    ['an over-long session', `sessionId=${'x'.repeat(513)}&authenticationToken=y`],
    ['an over-long token', `sessionId=x&authenticationToken=${'y'.repeat(513)}`],
    ['an over-long address', `sessionId=x&authenticationToken=y&clientAddress=${'1'.repeat(513)}`],
    ['JSON', '{"sessionId":"x","authenticationToken":"y"}'],
  ])('is none with %s', (_case, body) => {
    expect(read(body)).toBeUndefined();
  });
});

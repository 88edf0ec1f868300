import { readLookupQuery } from './lookup-query.reader';

const PATH = '/resolveSession';

describe('the lookup’s query', () => {
  it.each([
    ['a bare id', 'sessionId=console&transport=HTTP', 'console', 'HTTP'],
    ['parameters in any order', 'transport=QUIC&sessionId=console', 'console', 'QUIC'],
    ['a qualified id', 'sessionId=gpu-1~console&transport=HTTP', 'gpu-1~console', 'HTTP'],
    ['an encoded tilde', 'sessionId=gpu-1%7Econsole&transport=HTTP', 'gpu-1~console', 'HTTP'],
    ['plus as a space', 'sessionId=my+desk&transport=HTTP', 'my desk', 'HTTP'],
    ['an encoded plus', 'sessionId=a%2Bb&transport=HTTP', 'a+b', 'HTTP'],
    ['an encoded percent sign', 'sessionId=100%25&transport=HTTP', '100%', 'HTTP'],
    ['UTF-8', 'sessionId=%E6%97%A5%E6%9C%AC&transport=HTTP', '日本', 'HTTP'],
    ['a character outside the BMP', 'sessionId=%F0%9F%92%BB&transport=HTTP', '💻', 'HTTP'],
    ['an equals sign in a value', 'sessionId=a=b&transport=HTTP', 'a=b', 'HTTP'],
    ['encoded separators in a value', 'sessionId=a%26b%3Dc&transport=HTTP', 'a&b=c', 'HTTP'],
    ['a semicolon, which separates nothing', 'sessionId=a;b&transport=HTTP', 'a;b', 'HTTP'],
    ['a question mark in a value', 'sessionId=a?b&transport=HTTP', 'a?b', 'HTTP'],
    ['an encoded name', 'session%49d=console&transport=HTTP', 'console', 'HTTP'],
    ['empty parameters', '&&sessionId=console&&transport=HTTP&', 'console', 'HTTP'],
    ['names of objects', '__proto__=x&constructor=y&sessionId=a&transport=HTTP', 'a', 'HTTP'],
    [
      'an id of 256 bytes',
      `sessionId=${'é'.repeat(128).replaceAll('é', '%C3%A9')}&transport=HTTP`,
      'é'.repeat(128),
      'HTTP',
    ],
  ])('is read with %s', (_case, query, sessionId, transport) => {
    expect(readLookupQuery(`${PATH}?${query}`)).toMatchObject({
      ok: true,
      query: { sessionId, transport },
    });
  });

  it.each([
    ['IPv4', 'clientIpAddress=192.0.2.7'],
    ['IPv6', 'clientIpAddress=2001:db8::1'],
    ['an encoded IPv6 address', 'clientIpAddress=2001%3Adb8%3A%3A1'],
    ['an address with a zone', 'clientIpAddress=fe80::1%25eth0'],
    ['no address', 'clientIpAddress=nobody'],
    ['nothing', 'clientIpAddress='],
    ['without a value', 'clientIpAddress'],
    ['control characters', 'clientIpAddress=%00%0D%0A'],
  ])('is the same when the client’s address is %s', (_case, address) => {
    const expected = readLookupQuery(`${PATH}?sessionId=console&transport=HTTP`);
    expect(readLookupQuery(`${PATH}?${address}&sessionId=console&transport=HTTP`)).toEqual(
      expected,
    );
    expect(readLookupQuery(`${PATH}?sessionId=console&transport=HTTP&${address}`)).toEqual(
      expected,
    );
  });

  it.each([
    'x=1',
    'SESSIONID=other',
    'sessionId%00=other',
    '+sessionId=other',
    'x=1&x=2&x',
    'x=%E6%97%A5&%C3%A9=%C3%A9',
    'x=%00',
    '=sessionId',
  ])('is the same beside the unknown parameter %s', (unknown) => {
    expect(readLookupQuery(`${PATH}?sessionId=console&transport=HTTP&${unknown}`)).toEqual(
      readLookupQuery(`${PATH}?sessionId=console&transport=HTTP`),
    );
  });

  it.each([
    ['is missing', 'transport=HTTP', 'INVALID_SESSION_ID'],
    ['is empty', 'sessionId=&transport=HTTP', 'INVALID_SESSION_ID'],
    ['has no value', 'sessionId&transport=HTTP', 'INVALID_SESSION_ID'],
    ['is spelt otherwise', 'SessionId=console&transport=HTTP', 'INVALID_SESSION_ID'],
    ['is longer than any', `sessionId=${'a'.repeat(257)}&transport=HTTP`, 'INVALID_SESSION_ID'],
    [
      'is longer in bytes',
      `sessionId=${'%C3%A9'.repeat(129)}&transport=HTTP`,
      'INVALID_SESSION_ID',
    ],
    ['has NUL', 'sessionId=a%00b&transport=HTTP', 'INVALID_SESSION_ID'],
    ['has a line break', 'sessionId=a%0D%0Ab&transport=HTTP', 'INVALID_SESSION_ID'],
    ['has a C1 control character', 'sessionId=a%C2%85b&transport=HTTP', 'INVALID_SESSION_ID'],
    ['is repeated', 'sessionId=a&sessionId=b&transport=HTTP', 'INVALID_QUERY'],
    ['is repeated with the same value', 'sessionId=a&transport=HTTP&sessionId=a', 'INVALID_QUERY'],
    [
      'is repeated under an encoded name',
      'sessionId=a&session%49d=b&transport=HTTP',
      'INVALID_QUERY',
    ],
    ['is repeated with nothing', 'sessionId=&sessionId=a&transport=HTTP', 'INVALID_QUERY'],
    ['ends in a percent sign', 'sessionId=a%&transport=HTTP', 'INVALID_QUERY'],
    ['has one digit after a percent sign', 'sessionId=a%4&transport=HTTP', 'INVALID_QUERY'],
    ['has no hexadecimal digits', 'sessionId=%GG&transport=HTTP', 'INVALID_QUERY'],
    ['has a lone continuation byte', 'sessionId=%80&transport=HTTP', 'INVALID_QUERY'],
    ['has an unfinished sequence', 'sessionId=%E6%97&transport=HTTP', 'INVALID_QUERY'],
    ['has an overlong sequence', 'sessionId=%C0%AF&transport=HTTP', 'INVALID_QUERY'],
    ['has an encoded surrogate', 'sessionId=%ED%A0%80&transport=HTTP', 'INVALID_QUERY'],
    ['is beyond Unicode', 'sessionId=%F5%80%80%80&transport=HTTP', 'INVALID_QUERY'],
    ['has raw bytes', 'sessionId=Ã©&transport=HTTP', 'INVALID_QUERY'],
  ])('is refused when the session id %s', (_case, query, problem) => {
    expect(readLookupQuery(`${PATH}?${query}`)).toEqual({ ok: false, problem });
  });

  it.each([
    ['the client’s address stands twice', 'clientIpAddress=192.0.2.7&clientIpAddress=192.0.2.7'],
    ['it stands twice, once encoded', 'clientIpAddress=&client%49pAddress='],
    ['the client’s address has a bare zone', 'clientIpAddress=fe80::1%eth0'],
    ['the client’s address is no UTF-8', 'clientIpAddress=%FF%FE'],
    ['the client’s address is badly encoded', 'clientIpAddress=%'],
    ['the client’s address has raw bytes', 'clientIpAddress=\xe9'],
    ['an unknown parameter is badly encoded', 'x=%ZZ'],
    ['an unknown parameter is no UTF-8', 'x=%E6%97'],
    ['an unknown name is badly encoded', '%ZZ=1'],
    ['an unknown name is no UTF-8', '%80'],
    ['a sequence is torn by a separator', 'x=%E6&%97%A5'],
    ['an unknown name has raw bytes', '\xc3\xa9=1'],
  ])('is refused when %s', (_case, part) => {
    const refusal = { ok: false, problem: 'INVALID_QUERY' };
    expect(readLookupQuery(`${PATH}?${part}&sessionId=a&transport=HTTP`)).toEqual(refusal);
    expect(readLookupQuery(`${PATH}?sessionId=a&transport=HTTP&${part}`)).toEqual(refusal);
  });

  it.each([
    ['is missing', 'sessionId=a', 'INVALID_TRANSPORT'],
    ['is empty', 'sessionId=a&transport=', 'INVALID_TRANSPORT'],
    ['has no value', 'sessionId=a&transport', 'INVALID_TRANSPORT'],
    ['is lower case', 'sessionId=a&transport=http', 'INVALID_TRANSPORT'],
    ['is unknown', 'sessionId=a&transport=HTTPS', 'INVALID_TRANSPORT'],
    ['has a space', 'sessionId=a&transport=HTTP+', 'INVALID_TRANSPORT'],
    ['has a fragment', 'sessionId=a&transport=HTTP#x', 'INVALID_TRANSPORT'],
    ['is repeated', 'sessionId=a&transport=HTTP&transport=QUIC', 'INVALID_QUERY'],
    ['is badly encoded', 'sessionId=a&transport=HTTP%', 'INVALID_QUERY'],
  ])('is refused when the transport %s', (_case, query, problem) => {
    expect(readLookupQuery(`${PATH}?${query}`)).toEqual({ ok: false, problem });
  });

  it.each([PATH, `${PATH}?`, '', '?', '*'])('is refused when there is none: %s', (target) => {
    expect(readLookupQuery(target)).toEqual({ ok: false, problem: 'INVALID_SESSION_ID' });
  });

  it.each(['-gpu~console', '~console', 'gpu-1~', 'gpu 1~console', 'é~console'])(
    'takes %s as an id that no server can have',
    (sessionId) => {
      const query = `sessionId=${encodeURIComponent(sessionId)}&transport=HTTP`;
      expect(readLookupQuery(`${PATH}?${query}`)).toEqual({
        ok: true,
        query: { sessionId, id: undefined, transport: 'HTTP' },
      });
    },
  );
});

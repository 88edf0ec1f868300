import { errorBody, ERRORS, NOT_FOUND_CODES, type ErrorCode } from './error-codes';
import { resolveSessionAnswer } from './resolve-session';

describe('what leaves the resolver', () => {
  it('has exactly the five keys of the gateway’s contract, and a numeric port', () => {
    const found = { session: 'console', host: '10.0.0.5', port: 8443, webUrlPath: '/' };
    expect(JSON.stringify(resolveSessionAnswer(found, 'QUIC'))).toBe(
      '{"SessionId":"console","TransportProtocol":"QUIC","DcvServerEndpoint":"10.0.0.5","Port":8443,"WebUrlPath":"/"}',
    );
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])('says %s with a code and one sentence', (code) => {
    expect(errorBody(code)).toEqual({ code, message: expect.stringMatching(/^[A-Za-z].*[.]$/) });
    expect(ERRORS[code].status).toBeGreaterThanOrEqual(400);
  });

  it('tells every reason of a 404 apart', () => {
    const codes = Object.values(NOT_FOUND_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.map((code) => ERRORS[code].status)).toEqual(codes.map(() => 404));
  });
});

import { serverId } from '@rollcall/testing';
import { authAnswer } from './auth-answer';
import { VERIFY_OUTCOMES, verifyOutcomeOf, type VerifyDecision } from './verify-decision';

function yes(user: string): VerifyDecision {
  return { kind: 'yes', server: serverId('gpu-1'), user };
}

function usernameIn(body: string): string | undefined {
  return /^<auth result="yes"><username>([^<>]*)<\/username><\/auth>$/.exec(body)?.[1];
}

describe('the verifier’s answer', () => {
  it('names the user of a good token, in XML that is not to be kept', () => {
    const answer = authAnswer(yes('ann'));
    expect(answer).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        'content-length': 50,
        'cache-control': 'no-store',
      },
      body: '<auth result="yes"><username>ann</username></auth>',
    });
  });

  it.each([
    ['Ann & "Bob" <x>', 'Ann &amp; &quot;Bob&quot; &lt;x&gt;'],
    ['NETBIOS\\user', 'NETBIOS\\user'],
    ["o'hara@example.com", 'o&apos;hara@example.com'],
    ['</username></auth>', '&lt;/username&gt;&lt;/auth&gt;'],
    ['&amp;', '&amp;amp;'],
    [']]>', ']]&gt;'],
    ['Jürgen 東京 💻', 'Jürgen 東京 💻'],
    ['a\u0000b\u001bc\ufffed\uffff', 'a\ufffdb\ufffdc\ufffdd\ufffd'],
    ['half a pair \ud83d', 'half a pair \ufffd'],
  ])('writes the user %j as %j', (user, text) => {
    const answer = authAnswer(yes(user));
    expect(usernameIn(answer.body)).toBe(text);
    expect(answer.headers['content-length']).toBe(Buffer.byteLength(answer.body));
  });

  it.each<[VerifyDecision, string, RegExp]>([
    [{ kind: 'no', reason: 'malformed' }, 'no_malformed', /sessionId and authenticationToken/],
    [{ kind: 'no', reason: 'unknown-host' }, 'no_unknown_host', /\/verify\/SERVER_ID/],
    [{ kind: 'no', reason: 'wrong-token' }, 'no_wrong_token', /new link/],
    [{ kind: 'no', reason: 'wrong-client' }, 'no_wrong_client', /another client address/],
    [{ kind: 'no', reason: 'too-many-guesses' }, 'no_too_many_guesses', /right ones go on/],
    [{ kind: 'fault' }, 'fault', /fault in Rollcall/],
  ])('to %j is a 200 with no and one sentence, counted as %s', (decision, outcome, sentence) => {
    const answer = authAnswer(decision);
    expect(answer.status).toBe(200);
    const [, message = ''] =
      /^<auth result="no"><message>([^<>]+\.)<\/message><\/auth>$/.exec(answer.body) ?? [];
    expect(message).toMatch(sentence);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(verifyOutcomeOf(decision)).toBe(outcome);
    expect(VERIFY_OUTCOMES).toContain(outcome);
  });

  it.each<VerifyDecision>([
    { kind: 'unavailable', cause: 'unreachable' },
    { kind: 'unavailable', cause: 'late' },
    { kind: 'unavailable', cause: 'crowded' },
    { kind: 'stopping' },
  ])('to %j is a 503 with no in the same form, and asks to come back', (decision) => {
    const answer = authAnswer(decision);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': 1 } });
    expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(answer.body).toMatch(/^<auth result="no"><message>[^<>]+<\/message><\/auth>$/);
    expect(verifyOutcomeOf(decision)).toBe('unavailable');
  });
});

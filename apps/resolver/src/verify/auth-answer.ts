import { ERRORS, RETRY_AFTER_SECONDS } from '@rollcall/contracts';
import type { TokenRefusal } from '@rollcall/tokens';
import type { HttpAnswer } from '@rollcall/http';
import type { VerifyDecision } from './verify-decision';

/** What the operator of a DCV server reads in its log. Nothing of the question is repeated. */
const MESSAGES: Readonly<Record<TokenRefusal, string>> = {
  malformed:
    'The request must be a form (application/x-www-form-urlencoded, at most 16 KiB) with sessionId and authenticationToken, once each.',
  'unknown-host':
    'It is not known which host asks: let auth-token-verifier in its dcv.conf end with /verify/SERVER_ID.',
  'wrong-token': 'This token is not good for this session, or not any more: open a new link.',
  'wrong-client': 'This token is good for another client address only.',
  'too-many-guesses':
    'This token is wrong, as were too many others from this host within a minute; right ones go on working.',
};

/** Translates a decision into what the DCV server's contract has for it: a yes or a no, unless the store cannot be asked. */
export function authAnswer(decision: VerifyDecision): HttpAnswer {
  switch (decision.kind) {
    case 'yes':
      return xmlAnswer(
        200,
        `<auth result="yes"><username>${xmlText(decision.user)}</username></auth>`,
      );
    case 'no':
      return noAnswer(200, MESSAGES[decision.reason]);
    case 'fault':
      return noAnswer(200, ERRORS.INTERNAL_ERROR.message);
    case 'unavailable':
      return noAnswer(503, ERRORS.STORE_UNAVAILABLE.message);
    case 'stopping':
      return noAnswer(503, ERRORS.STOPPING.message);
  }
}

function noAnswer(status: number, message: string): HttpAnswer {
  return xmlAnswer(status, `<auth result="no"><message>${xmlText(message)}</message></auth>`);
}

function xmlAnswer(status: number, body: string): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    },
    body,
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold in any spelling. */
const UNSPEAKABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function xmlText(text: string): string {
  return text
    .replace(UNSPEAKABLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

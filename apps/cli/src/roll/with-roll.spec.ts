import { StoreUnavailableError } from '@rollcall/domain';
import { outageSentence } from './with-roll';

const address = 'REDIS_URL is redis://roll.example:6379/0';

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('outageSentence', () => {
  it('names the store and, if it is known, the reason', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:6379');

    expect(outageSentence(new StoreUnavailableError('unreachable'), address)).toBe(
      'the session store does not answer: REDIS_URL is redis://roll.example:6379/0',
    );
    expect(outageSentence(new StoreUnavailableError('unreachable', { cause }), address)).toBe(
      'the session store does not answer: REDIS_URL is redis://roll.example:6379/0 (connect ECONNREFUSED 127.0.0.1:6379)',
    );
  });

  it('makes do with the code where several addresses of a name were tried', () => {
    const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

    expect(outageSentence(new StoreUnavailableError('unreachable', { cause }), address)).toContain(
      '(ECONNREFUSED)',
    );
  });

  it('passes on what Redis itself says', () => {
    const error = replyError("NOPERM this user has no permissions to run the 'xread' command");

    expect(outageSentence(error, address)).toBe(
      "the session store refuses a command: REDIS_URL is redis://roll.example:6379/0 (NOPERM this user has no permissions to run the 'xread' command)",
    );
  });

  it('leaves everything else to others', () => {
    expect(outageSentence(new TypeError('boom'), address)).toBeUndefined();
    expect(outageSentence('boom', address)).toBeUndefined();
  });
});

import { describeError } from './described-error';

describe('describeError', () => {
  it('keeps type, code, message, stack and causes', () => {
    const refused = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const error = new TypeError('no answer', { cause: refused });

    expect(describeError(error)).toEqual({
      type: 'TypeError',
      message: 'no answer',
      stack: error.stack,
      cause: {
        type: 'Error',
        code: 'ECONNREFUSED',
        message: 'connect refused',
        stack: refused.stack,
      },
    });
  });

  it('drops everything else that hangs on an error, also on its causes', () => {
    const failed = Object.assign(new Error('NOAUTH'), { command: { args: ['hunter2'] } });

    expect(JSON.stringify(describeError(new Error('no answer', { cause: failed })))).not.toContain(
      'hunter2',
    );
  });

  it('speaks for an error whose message is only in its parts', () => {
    const parts = [new Error('::1 refused'), new Error('127.0.0.1 refused')];

    expect(describeError(new AggregateError(parts))).toMatchObject({
      message: '::1 refused; 127.0.0.1 refused',
    });
  });

  it('comes to an end with an error that is its own cause', () => {
    const error = new Error('round and round');
    error.cause = error;

    expect(() => JSON.stringify(describeError(error))).not.toThrow();
  });

  it('leaves what is no error as it is', () => {
    expect(describeError('just a text')).toBe('just a text');
  });
});

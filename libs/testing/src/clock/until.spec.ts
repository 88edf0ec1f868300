import { until } from './until';

/** Answers one after the other, the last for ever; an Error is a question that fails. */
function asks(...answers: unknown[]): () => Promise<unknown> {
  return async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

describe('until', () => {
  it('asks until there is an answer that is neither undefined nor false, and gives that', async () => {
    await expect(until('it is there', asks(undefined, false, 0))).resolves.toBe(0);
  });

  it('takes a question that fails for one without an answer yet', async () => {
    await expect(until('it is there', asks(new Error('away'), 'here'))).resolves.toBe('here');
  });

  it('says what it has waited for, and why the last question failed', async () => {
    const away = new Error('away');
    await expect(until('it is there', asks(false, away), 30)).rejects.toMatchObject({
      message: 'not within 30 ms: it is there',
      cause: away,
    });
    await expect(until('it is there', asks(away, false), 30)).rejects.not.toHaveProperty(
      'cause',
      away,
    );
  });

  it('asks once when there is no time', async () => {
    await expect(until('it is there', asks('here'), 0)).resolves.toBe('here');
  });
});

import { CommandError, parseCommand, parseDuration } from './commands.mjs';

describe('a command', () => {
  it.each([
    ['join 50', { verb: 'join', count: 50 }],
    ['join 50 over 10s', { verb: 'join', count: 50, overMs: 10_000 }],
    ['  crash   all ', { verb: 'crash', who: { all: true } }],
    ['die 12', { verb: 'die', who: { count: 12 } }],
    ['vanish 2.5%', { verb: 'vanish', who: { share: 0.025 } }],
    ['silence zone a', { verb: 'silence', who: { all: true, zone: 'a' } }],
    [
      'leave 60% zone b over 1.5m',
      { verb: 'leave', who: { share: 0.6, zone: 'b' }, overMs: 90_000 },
    ],
    ['resume all crashed', { verb: 'resume', who: { all: true, phase: 'crashed' } }],
    ['die host swarm-7', { verb: 'die', who: { host: 'swarm-7' } }],
    ['churn 10', { verb: 'churn', count: 10 }],
    ['churn 20/s zone c', { verb: 'churn', perSecond: 20, zone: 'c' }],
    ['mark', { verb: 'mark' }],
    ['stop', { verb: 'stop', mode: undefined }],
    ['stop crash', { verb: 'stop', mode: 'crash' }],
  ])('%s', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it.each([
    ['', 'a command is missing'],
    ['jump 5', 'there is no command "jump"'],
    ['join', 'a number of hosts is missing'],
    ['join many', '"many" is no whole number up to 20000'],
    ['join 20001', '"20001" is no whole number up to 20000'],
    ['join 5 crashed', '"crashed" stands where "over" may'],
    ['join 5 over', 'what follows "over" is missing'],
    ['join 5 over 3', '"3" is no time such as'],
    ['crash', 'all, a number or a share of hosts is missing'],
    ['crash -5', '"-5" is no whole number'],
    ['crash 101%', '"101%" is no share from 0% to 100%'],
    ['crash %', '"%" is no share'],
    ['crash 5 sleeping', '"sleeping" is none of joining, live'],
    ['silence zone', 'what follows "zone" is missing'],
    ['die host swarm-7 now', '"now" is too much'],
    ['churn 10001/s', 'no whole number up to 10000'],
    ['mark now', '"now" is too much'],
    ['stop gently', '"gently" is none of leave, withdraw, crash'],
  ])('"%s" is refused: %s', (text, sentence) => {
    expect(() => parseCommand(text)).toThrow(CommandError);
    expect(() => parseCommand(text)).toThrow(sentence);
  });
});

describe('a time', () => {
  it.each([
    ['250ms', 250],
    ['0s', 0],
    ['1.5s', 1_500],
    ['2m', 120_000],
  ])('%s', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(['', '5', 's', '-1s', '1h', '1e3s', '1441m'])('"%s" is none', (text) => {
    expect(() => parseDuration(text)).toThrow(CommandError);
  });
});

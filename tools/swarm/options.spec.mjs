import { OptionError, readOptions } from './options.mjs';

describe('the options of the swarm', () => {
  it('are few when none is given', () => {
    expect(readOptions([])).toEqual({
      ...{ json: false, help: false, stopAtEof: false, build: false },
      swarm: { consoles: false },
    });
  });

  it('are numbers, times and names', () => {
    const text =
      '--hosts 20000 --zones 3 --sessions-per-host 0 --connections 2 --seed 7 --name lab --doors one ' +
      '--port 9000 --address 127.0.0.1 --consoles --for 5m --every 500ms --on-stop crash --json';
    expect(readOptions(text.split(' '))).toMatchObject({
      swarm: {
        ...{ hosts: 20_000, zones: 3, sessionsPerHost: 0, connections: 2, seed: 7, name: 'lab' },
        ...{ doors: 'one', port: 9_000, address: '127.0.0.1', consoles: true },
      },
      ...{ forMs: 300_000, everyMs: 500, onStop: 'crash', json: true },
    });
  });

  it.each([
    ['--hosts 20001', '--hosts must be a whole number from 0 to 20000'],
    ['--hosts -1', '--hosts'],
    ['--zones 0', '--zones must be a whole number from 1 to 64'],
    ['--sessions-per-host 501', 'from 0 to 500'],
    ['--name a/b', '--name must be up to 40 letters'],
    ['--doors some', '--doors must be one of each, one, none'],
    ['--address ::1', '--address must be an IPv4 address'],
    ['--every 5ms', '--every must be a time of at least 100ms'],
    ['--for ever', '--for must be a time'],
    ['--on-stop die', '--on-stop must be one of leave, withdraw, crash'],
    ['--speed 5', '--speed'],
    ['go', 'go'],
  ])('%s is refused: %s', (text, sentence) => {
    expect(() => readOptions(text.split(' '))).toThrow(OptionError);
    expect(() => readOptions(text.split(' '))).toThrow(sentence);
  });
});

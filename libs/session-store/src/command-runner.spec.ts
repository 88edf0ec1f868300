import { StoreUnavailableError } from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { CommandRunner, within } from './command-runner';

const timesOut = () => Promise.reject(new Error('Command timed out'));
const replies = (message: string) => () =>
  Promise.reject(Object.assign(new Error(message), { name: 'ReplyError' }));

describe('a command of the store', () => {
  let disconnect: jest.Mock;
  let finished: [string, boolean][];
  let runner: CommandRunner;
  let nowMs: number;

  beforeEach(() => {
    nowMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    disconnect = jest.fn();
    finished = [];
    runner = new CommandRunner({ status: 'ready', disconnect } as unknown as Redis, {
      commandFinished: (command, _seconds, ok) => finished.push([command, ok]),
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it('is reported with its name and outcome', async () => {
    await runner.run('get', async () => 'value');
    await runner.run('touch', timesOut).catch(() => undefined);
    expect(finished).toEqual([
      ['get', true],
      ['touch', false],
    ]);
  });

  it('goes out at once when it is alone, and in one piece with others while one is under way', async () => {
    const stream = { writable: true, cork: jest.fn(), uncork: jest.fn() };
    const together = new CommandRunner({ stream } as unknown as Redis, {});
    const first = together.run('get', async () => 'value');
    expect(stream.cork).not.toHaveBeenCalled();
    const others = [together.run('get', async () => 'a'), together.run('get', async () => 'b')];
    expect(stream.cork).toHaveBeenCalledTimes(1);
    await Promise.all([first, ...others]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.uncork).toHaveBeenCalledTimes(1);
    await together.run('get', async () => 'c');
    expect(stream.cork).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ['NOREPLICAS Not enough good replicas to write.', 'refused'],
    ["READONLY You can't write against a read only replica.", 'refused'],
    ['MISCONF Redis is configured to save RDB snapshots', 'refused'],
    ['LOADING Redis is loading the dataset in memory', 'refused'],
    ['NOAUTH Authentication required.', 'refused'],
  ])('that Redis answers with "%s" is unavailable: %s', async (message, failure) => {
    const outcome = runner.run('report', replies(message));
    await expect(outcome).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', failure });
  });

  it('that fails for another reason is a bug, and shows it', async () => {
    const outcome = runner.run(
      'report',
      replies('ERR user_script:3: attempt to index a nil value'),
    );
    await expect(outcome).rejects.not.toBeInstanceOf(StoreUnavailableError);
  });

  it('gives up a connection that was silent through three time-outs and half a second', async () => {
    for (nowMs of [1_000, 1_250, 1_499]) await runner.run('get', timesOut).catch(() => undefined);
    expect(disconnect).not.toHaveBeenCalled();
    nowMs = 1_501;
    await runner.run('get', timesOut).catch(() => undefined);
    expect(disconnect).toHaveBeenCalledWith(true);
  });

  it('keeps a connection that answers in between', async () => {
    for (nowMs of [0, 500, 1_000, 1_500, 2_000]) {
      await runner.run('get', timesOut).catch(() => undefined);
      await runner.run('get', async () => 'value');
    }
    expect(disconnect).not.toHaveBeenCalled();
  });
});

describe('a bound on a command', () => {
  it('is the end of one that does not answer', async () => {
    await expect(within(5, new Promise(() => undefined))).rejects.toMatchObject({
      failure: 'unreachable',
    });
  });

  it('does not throw away what came in while the process was held up', async () => {
    const answer = new Promise((resolve) => setTimeout(resolve, 2, 'answer'));
    const bounded = within(0, answer);
    for (const until = Date.now() + 20; Date.now() < until;);
    await expect(bounded).resolves.toBe('answer');
  });
});

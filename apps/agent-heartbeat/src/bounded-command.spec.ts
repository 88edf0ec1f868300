import childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { runCommand } from './bounded-command';

describe('a command', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is not started when this process has no descriptors left for its output', async () => {
    // As Node answers to EMFILE: a child without streams, and the error a moment later.
    const child = new EventEmitter();
    jest
      .spyOn(childProcess, 'spawn')
      .mockReturnValue(child as ReturnType<typeof childProcess.spawn>);
    setImmediate(() => child.emit('error', new Error('spawn dcv EMFILE')));

    const command = runCommand('dcv', [], { timeoutMs: 10_000, stdoutBytesMax: 100 });

    expect(await command.result).toEqual({
      kind: 'failed',
      failure: 'not-started',
      reason: 'dcv could not be started: spawn dcv EMFILE',
    });
    await command.ended;
  });
});

import { spawn, type ChildProcess } from 'node:child_process';

/** How much of this host a command may take. */
export interface CommandLimits {
  readonly timeoutMs: number;
  readonly stdoutBytesMax: number;
}

export type CommandFailure =
  'not-started' | 'exit-code' | 'signal' | 'timeout' | 'too-large' | 'aborted';

export type CommandResult =
  | { readonly kind: 'done'; readonly stdout: Buffer }
  | {
      readonly kind: 'failed';
      readonly failure: CommandFailure;
      /** What happened, in our own words. */
      readonly reason: string;
      /** The beginning of what it wrote to standard error, which may name anything, sessions too. */
      readonly said?: string;
    };

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  /** Resolves when the process is gone: later than `result` when even SIGKILL takes its time. */
  readonly ended: Promise<void>;
}

const STDERR_KEPT = 300;
const DRAIN_MS = 200;
const ON_WINDOWS = process.platform === 'win32';

/**
 * Runs a program without a shell and without standard input, for a bounded time and a bounded output. It leads a
 * process group of its own, so that what it has started itself ends with it when it runs out of bounds.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  limits: CommandLimits,
  signal?: AbortSignal,
): RunningCommand {
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: !ON_WINDOWS,
      windowsHide: true,
    });
  } catch (error) {
    const result = failed('not-started', `${command} could not be started: ${String(error)}`);
    return { result: Promise.resolve(result), ended: Promise.resolve() };
  }
  return {
    result: resultOf(child, command, limits, signal),
    ended: new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    }),
  };
}

function resultOf(
  child: ChildProcess,
  command: string,
  { timeoutMs, stdoutBytesMax }: CommandLimits,
  signal?: AbortSignal,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let drain: NodeJS.Timeout | undefined;

    const finish = (result: CommandResult) => {
      clearTimeout(timer);
      clearTimeout(drain);
      signal?.removeEventListener('abort', abort);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(result);
    };
    const giveUp = (failure: CommandFailure, why: string) => {
      killGroup(child);
      finish(failed(failure, `${command} ${why}`, stderr));
    };
    const abort = () => giveUp('aborted', 'was ended with the agent');
    const timer = setTimeout(
      () => giveUp('timeout', `did not finish within ${timeoutMs} ms`),
      timeoutMs,
    );

    // Without a descriptor left for them there are none of the two, and the error comes a moment later.
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > stdoutBytesMax) giveUp('too-large', `wrote more than ${stdoutBytesMax} bytes`);
      else chunks.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_KEPT) stderr += chunk.toString('utf8').slice(0, STDERR_KEPT);
    });
    child.on('error', (error) =>
      finish(failed('not-started', `${command} could not be started: ${error.message}`)),
    );
    const conclude = (code: number | null, by: NodeJS.Signals | null) => {
      if (code === 0) finish({ kind: 'done', stdout: Buffer.concat(chunks) });
      else if (code === null) finish(failed('signal', `${command} was ended by ${by}`, stderr));
      else finish(failed('exit-code', `${command} ended with code ${code}`, stderr));
    };
    child.once('close', conclude);
    child.once('exit', (code, by) => {
      drain = setTimeout(() => {
        // What the command has left behind holds its output open, and would pile up with every call.
        killGroup(child);
        conclude(code, by);
      }, DRAIN_MS);
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (ON_WINDOWS) child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}

function failed(failure: CommandFailure, reason: string, stderr = ''): CommandResult {
  const said = stderr.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return { kind: 'failed', failure, reason, ...(said === '' ? {} : { said }) };
}

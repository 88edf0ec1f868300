import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { until } from '@rollcall/testing';

const PROJECT = resolve(__dirname, '../..');
const MAIN = join(PROJECT, 'dist/main.js');

/** A busy machine takes its time to start a process. */
const SAID_WITHIN_MS = 30_000;

/** Brings dist up to date; a moment's work when it is. */
export function buildAgent(): void {
  const tsc = require.resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', join(PROJECT, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
}

/** The agent as it is delivered: a process of its own, known by what it logs and how it ends. */
export class AgentProcess {
  private static readonly running = new Set<AgentProcess>();
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | string>;
  private output = '';

  constructor(env: Record<string, string>, args: readonly string[] = []) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    AgentProcess.running.add(this);
    this.exited = once(this.child, 'close').then(([code, signal]) => {
      AgentProcess.running.delete(this);
      return (code ?? signal) as number | string;
    });
  }

  /** Ends whatever a failed test has left running. */
  static async killAll(): Promise<void> {
    await Promise.all([...AgentProcess.running].map((agent) => agent.end('SIGKILL')));
  }

  /** Everything it has written. */
  get said(): string {
    return this.output;
  }

  /** Its log lines with this message. */
  lines(message: string): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === message);
  }

  async untilSays(message: string): Promise<Record<string, unknown>> {
    const hasEnded = this.exited.then((code) => {
      throw new Error(`the agent ended with ${code} before it said "${message}":\n${this.output}`);
    });
    await Promise.race([
      hasEnded,
      until(`it says "${message}"`, () => this.lines(message).length > 0, SAID_WITHIN_MS),
    ]);
    return this.lines(message).at(-1) ?? {};
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends the signal; the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string> {
    this.signal(signal);
    return this.exited;
  }

  /** The exit code, once it ends by itself. */
  get exit(): Promise<number | string> {
    return this.exited;
  }
}

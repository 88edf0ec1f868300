import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const BIN = join(__dirname, '../../bin/rollcall.cjs');

/** `rollcall` as a process of its own, as a script would start it: no terminal, and only the given environment. */
export class RunningCommand {
  readonly said = { out: '', err: '' };
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly changes = new EventEmitter();

  constructor(
    argv: readonly string[],
    env: NodeJS.ProcessEnv,
    nodeOptions: readonly string[] = [],
  ) {
    this.child = spawn(process.execPath, [...nodeOptions, BIN, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.listen('out', this.child.stdout);
    this.listen('err', this.child.stderr);
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Resolves once the words so far match; rejects when it ends without having said them. */
  async hasSaid(where: 'out' | 'err', pattern: RegExp): Promise<void> {
    const end = this.ended.then((code) => {
      const { out, err } = this.said;
      throw new Error(`ended with ${code} before it said ${pattern}:\n${out}${err}`);
    });
    end.catch(() => undefined);
    while (!pattern.test(this.said[where])) {
      await Promise.race([once(this.changes, 'said'), end]);
    }
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** Stops reading what it prints, as `head` does. */
  stopReading(): void {
    this.child.stdout.destroy();
  }

  /** For the end of a test that may have failed half-way. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private listen(where: 'out' | 'err', stream: Readable): void {
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.said[where] += text;
      this.changes.emit('said');
    });
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterDeath } from './after-death';
import type { RestartOptions, TestRedisServer } from './test-redis-server';

const HOST = '127.0.0.1';
const READY = 'Ready to accept connections';
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

/** Starts a Redis server as a child process with a data directory of its own. */
export async function startRedisProcess(
  binary: string,
  port: number,
  args: readonly string[],
): Promise<TestRedisServer> {
  const server = new RedisProcess(binary, port, args);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class RedisProcess implements TestRedisServer {
  readonly host = HOST;
  private readonly dir = mkdtempSync(join(tmpdir(), 'rollcall-redis-'));
  private child?: ChildProcess;
  private forget?: () => void;

  constructor(
    private readonly binary: string,
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  async start(): Promise<void> {
    const address = ['--port', String(this.port), '--bind', HOST];
    const child = spawn(
      this.binary,
      [...address, '--daemonize', 'no', '--dir', this.dir, ...this.args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.child = child;
    if (child.pid) this.forget = afterDeath('kill -9 "$1"; rm -rf "$2"', `${child.pid}`, this.dir);
    await untilReady(child, this.binary);
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.dir, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async restart({ empty = false }: RestartOptions = {}): Promise<void> {
    await this.end('SIGTERM');
    if (empty) rmSync(this.dir, { recursive: true, force: true });
    mkdirSync(this.dir, { recursive: true });
    await this.start();
  }

  async pause(): Promise<void> {
    this.child?.kill('SIGSTOP');
  }

  async resume(): Promise<void> {
    this.child?.kill('SIGCONT');
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = undefined;
    if (isRunning(child)) {
      child.ref();
      const exited = once(child, 'exit');
      child.kill(signal);
      child.kill('SIGCONT');
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(impatience);
    }
    this.forget?.();
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function untilReady(child: ChildProcess, binary: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const finish = (failure?: string) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      if (failure) {
        child.kill('SIGKILL');
        reject(new Error(`${binary} ${failure}\n${output}`.trimEnd()));
        return;
      }
      child.stdout?.removeAllListeners('data').resume();
      child.stderr?.removeAllListeners('data').resume();
      release(child);
      resolve();
    };
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(READY)) finish();
    };
    const timer = setTimeout(() => finish('was not ready in time.'), START_TIMEOUT_MS);
    child.on('error', (error) => finish(`could not be started: ${error.message}`));
    child.once('exit', (code) => finish(`ended with code ${code} before it was ready.`));
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
}

/** Lets the test process end while the server still runs; `afterDeath` then ends the server. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    (stream as unknown as { unref?(): void } | null)?.unref?.();
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterDeath } from './after-death';
import type { RestartOptions, TestRedisServer } from './test-redis-server';

const HOST = '127.0.0.1';
const READY = 'Ready to accept connections';
const SENTINEL_FILE = 'sentinel.conf';
const SENTINEL_READY = 'Sentinel ID is';
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

/** What a process is started with besides its address. */
export interface ProcessOptions {
  /** As on the command line; paths are relative to the data directory. */
  readonly args: readonly string[];
  /** Files that the data directory starts with: name → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of a configuration that the process may rewrite: makes it a Sentinel. */
  readonly sentinel?: readonly string[];
}

/** Starts a Redis server or a Sentinel as a child process with a data directory of its own. */
export async function startRedisProcess(
  binary: string,
  port: number,
  options: ProcessOptions,
): Promise<TestRedisServer> {
  const server = new RedisProcess(binary, port, options);
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
    private readonly options: ProcessOptions,
  ) {}

  async start(): Promise<void> {
    const { args, sentinel } = this.options;
    this.writeFiles();
    const role = sentinel ? [SENTINEL_FILE, '--sentinel'] : [];
    const address = ['--port', String(this.port), '--bind', HOST];
    const child = spawn(
      this.binary,
      [...role, ...address, '--daemonize', 'no', '--dir', this.dir, ...args],
      { cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.child = child;
    if (child.pid) this.forget = afterDeath('kill -9 "$1"; rm -rf "$2"', `${child.pid}`, this.dir);
    await untilReady(child, this.binary, sentinel ? SENTINEL_READY : READY);
  }

  get pid(): number | undefined {
    return this.child?.pid;
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

  /** What is there stays: a Sentinel keeps what it knows in its configuration. */
  private writeFiles(): void {
    const { files, sentinel } = this.options;
    const wanted = { ...files, ...(sentinel && { [SENTINEL_FILE]: sentinel.join('\n') + '\n' }) };
    for (const [name, text] of Object.entries(wanted)) {
      const path = join(this.dir, name);
      if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600 });
    }
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

function untilReady(child: ChildProcess, binary: string, ready: string): Promise<void> {
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
      if (output.includes(ready)) finish();
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

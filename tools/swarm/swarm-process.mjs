import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));
/** Room for what thousands of agents throw away between two collections of the young. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];
/** How far it yields the processor to what it tests: a real fleet would not share one with it. */
const NICENESS = 15;
const STOP_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 100;
const SAID_MAX = 4_000;

/**
 * Starts a swarm in a process of its own that yields to others (`nice`), and, if a core is named, on it alone (`taskset`). `options` are those of
 * the command line; it ends when its parent does.
 */
export function spawnSwarm({ options = [], env = process.env, core, everyMs = 1_000 } = {}) {
  const args = [
    ...NODE_OPTIONS,
    MAIN,
    '--json',
    '--stop-at-eof',
    '--every',
    `${everyMs}ms`,
    ...options,
  ];
  const onCore = core === undefined ? [] : ['taskset', '-c', String(core)];
  const command = ['-n', String(NICENESS), ...onCore, process.execPath, ...args];
  return new SwarmProcess(spawn('nice', command, { env, stdio: ['pipe', 'pipe', 'pipe'] }));
}

/** A swarm in another process. */
export class SwarmProcess {
  /** The figures told last, every so often. */
  lastStats;
  #child;
  #said = '';
  #asked = 0;
  #waiting = new Map();

  constructor(child) {
    this.#child = child;
    child.stderr.on('data', (chunk) => (this.#said = (this.#said + chunk).slice(-SAID_MAX)));
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line)));
    /** Resolves with its exit code. */
    this.ended = once(child, 'close').then(([code]) => {
      for (const answer of this.#waiting.values()) answer({ error: this.#complaint(code) });
      return code;
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Gives a command; resolves when it is done, to how many hosts it was done to. */
  async do(command) {
    const { hosts } = await this.#ask(command);
    return { hosts };
  }

  /** The figures of this moment. */
  async stats() {
    return (await this.#ask('stats')).stats;
  }

  /** Waits until the figures are such; resolves to them, and rejects when they are not in time. */
  async until(isSo, timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const stats = await this.stats();
      if (isSo(stats)) return stats;
      if (performance.now() > deadline)
        throw new Error(`not within ${timeoutMs} ms: ${isSo}; it is ${JSON.stringify(stats)}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Ends it, its hosts as `mode` says; resolves to its exit code. */
  async stop(mode = 'leave') {
    if (this.isRunning) {
      this.#child.stdin.write(`stop ${mode}\n`);
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await this.ended;
      clearTimeout(timer);
    }
    return this.ended;
  }

  async #ask(command) {
    const tag = String(++this.#asked);
    const answer = await new Promise((resolve) => {
      this.#waiting.set(tag, resolve);
      if (this.isRunning) this.#child.stdin.write(`@${tag} ${command}\n`);
      else resolve({ error: this.#complaint(this.#child.exitCode) });
    });
    this.#waiting.delete(tag);
    if (answer.error !== undefined) throw new Error(`${command}: ${answer.error}`);
    return answer;
  }

  #hear({ stats, tag, command, ...answer }) {
    if (command === undefined) this.lastStats = stats;
    else this.#waiting.get(tag)?.({ stats, ...answer });
  }

  #complaint(code) {
    return `the swarm has ended (${code}). ${this.#said}`;
  }
}

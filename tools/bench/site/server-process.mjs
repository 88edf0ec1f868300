import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterDeath } from '@rollcall/testing';
import { until } from '../../start/until.mjs';
import { cpuTimeUs } from './cpu-time.mjs';
import { pinnedTo } from './processors.mjs';

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 2_000;
const SAID_KEPT = 20_000;

/** One server under measurement, with whatever processes it is made of, on a processor of its own. */
export class ServerProcess {
  #said = '';

  /** `command` is the program with its arguments; `isQuiet` drops what it writes. */
  constructor(name, { command, env, cwd, isQuiet }, { port, processor }) {
    this.name = name;
    this.port = port;
    const [program, ...args] = [...pinnedTo(processor), ...command];
    this.child = spawn(program, args, {
      env: { ...process.env, ...env },
      cwd,
      detached: true,
      stdio: ['ignore', ...Array(2).fill(isQuiet ? 'ignore' : 'pipe')],
    });
    this.command = command.join(' ');
    this.ended = once(this.child, 'close');
    void this.ended.then(afterDeath('kill -9 -"$1"', String(this.child.pid)));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk) => (this.#said = (this.#said + chunk).slice(-SAID_KEPT)));
  }

  /** Asks for one session; resolves to `{ status, body }`. */
  async lookup(path) {
    const url = `http://127.0.0.1:${this.port}${path}`;
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', signal });
    return { status: response.status, body: await response.text() };
  }

  /** Waits until it answers 200 for a session that there is. */
  async untilAnswers(path) {
    const answers = () =>
      this.lookup(path).then(
        ({ status }) => status === 200,
        () => false,
      );
    const isOver = async () => !this.#isRunning || (await answers());
    if (!(await until(isOver, READY_TIMEOUT_MS)) || !this.#isRunning)
      throw new Error(
        `${this.name} did not start (${this.command}). It said:\n${this.#said.slice(-4_000) || 'nothing that is kept; start it by hand to see'}`,
      );
  }

  /** What it has used so far. */
  cpuTimeUs() {
    return cpuTimeUs(this.child.pid);
  }

  /** Ends it and its children. */
  async stop() {
    if (!this.#isRunning) return;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  get #isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  #signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

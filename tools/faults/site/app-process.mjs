import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../setup/install.mjs';
import { until } from '../../start/until.mjs';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 2_000;
const LOG_KEPT = 2_000_000;

/** One process of the product as built, told apart by a name of our own: resolver-1, agent of gpu-2. */
export class AppProcess {
  #log = '';
  #said = '';
  #rest = '';

  /**
   * `heard` is given every line that it prints. `wrapper` is a command that the program is started by, `nodeArgs` are
   * Node's own, `build` is the folder of the version that it is of.
   */
  constructor(
    name,
    app,
    { args = [], env, opsUrl, heard = () => undefined, wrapper = [], nodeArgs = [], build = root },
  ) {
    this.name = name;
    this.opsUrl = opsUrl;
    this.app = app;
    this.isOlder = build !== root;
    const program = join(build, 'apps', app, 'dist/main.js');
    const [command, ...rest] = [...wrapper, process.execPath, ...nodeArgs, program, ...args];
    this.child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'close');
    this.child.stderr.on('data', (chunk) => {
      this.#keep(String(chunk));
      this.#said += String(chunk);
    });
    this.child.stdout.setEncoding('utf8').on('data', (chunk) => {
      this.#keep(chunk);
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) heard(line);
    });
  }

  get pid() {
    return this.child.pid;
  }

  get log() {
    return this.#log;
  }

  /** What it has said on its standard error. */
  get said() {
    return this.#said;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether it stands still, as after SIGSTOP. */
  get isPaused() {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  }

  async untilAlive() {
    const alive = async () => !this.isRunning || (await this.answers('/health/live'));
    if (!(await until(alive, READY_TIMEOUT_MS)) || !this.isRunning)
      throw this.complaint('did not start');
    return this;
  }

  /** Whether a page of its metrics port answers 200. */
  async answers(path) {
    return this.#page(path).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Its metrics at this moment; `sum(name, labels)` adds up the samples that have these labels. */
  async metrics() {
    const { text } = await this.#page('/metrics');
    return { text, sum: (name, labels = {}) => sumOf(samplesOf(text, name), labels) };
  }

  /** The sum of the samples of one metric that have these labels. */
  async metric(name, labels) {
    return (await this.metrics()).sum(name, labels);
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it as an operator would; resolves to its exit code. */
  async stop() {
    if (!this.isRunning) return this.child.exitCode;
    this.child.kill('SIGTERM');
    this.child.kill('SIGCONT');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const [code] = await this.ended;
    clearTimeout(timer);
    return code;
  }

  complaint(what) {
    return new Error(`${this.name} ${what}. It said:\n${this.#log.slice(-4_000)}`);
  }

  #keep(text) {
    this.#log = (this.#log + text).slice(-LOG_KEPT);
  }

  async #page(path) {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(this.opsUrl + path, { signal });
    return { ok: response.ok, text: await response.text() };
  }
}

function samplesOf(text, name) {
  const line = new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm');
  return [...text.matchAll(line)].map(([, labels = '', value]) => ({
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, of]) => [key, of]),
    ),
    value: Number(value),
  }));
}

function sumOf(samples, labels) {
  const fits = (sample) => Object.entries(labels).every(([key, of]) => sample.labels[key] === of);
  return samples.filter(fits).reduce((sum, { value }) => sum + value, 0);
}

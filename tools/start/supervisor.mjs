import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../setup/install.mjs';
import { boundLog, logTail, openLog } from './log-file.mjs';
import { logDir, shown } from './paths.mjs';
import { endMembers, killGroup, killMembers, processMark } from './processes.mjs';

const WATCHER = fileURLToPath(new URL('./watcher.mjs', import.meta.url));
const BOUND_LOGS_EVERY_MS = 10_000;

/** The order of stopping: agents leave while there is a store to tell; the store goes last. */
export const STAGE = { task: 0, agent: 1, reconciler: 2, resolver: 3, redis: 4 };

/**
 * Starts processes and stops them. Each leads a session of its own, so that Ctrl-C in the terminal reaches this process
 * alone and the order of stopping is kept; a watcher ends them all should this process be killed.
 */
export class Supervisor {
  #runFile;
  #members = [];
  #watcher;
  #stopping = false;
  #reportDeath;

  constructor(runFile) {
    this.#runFile = runFile;
    /** Rejects when a service has died, with a message that holds its last log lines. */
    this.death = new Promise((_, reject) => (this.#reportDeath = reject));
    this.death.catch(() => undefined);
    mkdirSync(logDir, { recursive: true });
    setInterval(() => this.#boundLogs(), BOUND_LOGS_EVERY_MS).unref();
  }

  /** Starts a process that runs until the end; `env` is all the environment it gets. While it is vital, its death is an error. */
  service(name, stage, command, args, { env, container, vital = true }) {
    const started = this.#spawn(name, command, args, { env, stage, container });
    const service = { ...started, vital };
    void service.ended.then((how) => {
      if (this.#stopping || !service.vital) return;
      this.#reportDeath(new Error(obituary(name, how)));
    });
    return service;
  }

  /** Ends a service before the end. */
  async retire(service) {
    service.vital = false;
    await endMembers(this.#members.filter(({ pid }) => pid === service.pid));
  }

  /** Runs a command to its end; resolves to its exit code. */
  async task(name, command, args, { env = process.env } = {}) {
    const { ended } = this.#spawn(name, command, args, { env, stage: STAGE.task, ownGroup: true });
    const { code } = await ended;
    return code ?? 1;
  }

  /** Stops everything that was started, in order; what does not stop in time is killed. */
  async stop() {
    this.#stopping = true;
    await endMembers(this.#members);
    this.#runFile.release();
    await this.#dismissWatcher();
  }

  /** Kills everything at once. */
  kill() {
    this.#stopping = true;
    killMembers(this.#members);
    this.#runFile.release();
  }

  #spawn(name, command, args, { env, ...traits }) {
    if (this.#stopping) throw new Error('Everything is being stopped.');
    this.#watcher ??= this.#watch();
    const log = openLog(logPath(name));
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    if (child.pid !== undefined) this.#record({ name, pid: child.pid, ...traits });
    return { pid: child.pid, ended: untilEnded(child) };
  }

  #record(member) {
    const recorded = { ...member, mark: processMark(member.pid) };
    this.#members.push(recorded);
    this.#runFile.add(recorded);
  }

  #watch() {
    const { path, owner } = this.#runFile;
    const args = [WATCHER, path, String(owner.pid), String(owner.mark)];
    const watcher = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    watcher.stdin.on('error', () => undefined);
    return watcher;
  }

  async #dismissWatcher() {
    const watcher = this.#watcher;
    if (!watcher || watcher.exitCode !== null || watcher.signalCode !== null) return;
    const gone = once(watcher, 'exit');
    watcher.stdin.end();
    await gone;
  }

  #boundLogs() {
    for (const name of new Set(this.#members.map((member) => member.name))) boundLog(logPath(name));
  }
}

/** Where a process writes. */
export function logPath(name) {
  return join(logDir, `${name}.log`);
}

/** The last lines that a process has written, under the name of their file. */
export function lastWords(name) {
  const path = logPath(name);
  const lines = logTail(path).map((line) => `  ${line}`);
  return lines.length > 0
    ? [`${shown(path)} ends with:`, ...lines].join('\n')
    : 'It wrote nothing.';
}

function obituary(name, { code, signal, error }) {
  const how = error
    ? `could not be started: ${error.message}`
    : `ended (${signal ?? `code ${code}`})`;
  return `${name} ${how}. ${lastWords(name)}`;
}

function untilEnded(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ error }));
    child.on('exit', (code, signal) => {
      killGroup(child.pid);
      resolve({ code, signal });
    });
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis } from '@rollcall/testing';
import { root } from '../setup/install.mjs';
import { freePort } from '../start/ports.mjs';
import { until } from '../start/until.mjs';

/** The timings that operators get. */
export const DEFAULT_TIMINGS = {
  interval: 5_000,
  lease: 20_000,
  retention: 900_000,
  sweep: 1_000,
  poll: 2_000,
};

/** A tenth of them, so that outages longer than the lease fit into a test. */
export const SCALED_TIMINGS = {
  interval: 500,
  lease: 2_000,
  retention: 120_000,
  sweep: 200,
  poll: 200,
};

const READY_TIMEOUT_MS = 40_000;
const STOP_TIMEOUT_MS = 10_000;
const CLI_TIMEOUT_MS = 30_000;
const LOG_KEPT = 4_000_000;
const FIRST_DCV_PORT = 18_443;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'];

/** How the silent are believed, by the same measure: the defaults for the default lease. */
export function beliefOf({ lease }) {
  return {
    PROBE_PERIOD_MS: lease / 2,
    PROBE_TIMEOUT_MS: Math.min(1_000, lease / 8),
    PROTECTION_CONFIRM_MS: 3 * lease,
    HOLD_MAX_MS: 90 * lease,
  };
}

/** W: written this long without a gap, the roll is settled. */
export const settleAfterMs = ({ interval }) => 1.5 * interval + 2_000;

/**
 * Real processes around a real Redis, one server or several (`TestSentinel`, `TestCluster`): the apps as built, with stand-in hosts. Only the wire is shared with the product:
 * HTTP lookups, signals, and the file that the stand-in dcv prints.
 */
export class RollUnderTest {
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-e2e-'));
  #apps = new Set();
  #hosts = 0;
  #environment;

  constructor(redis, timings) {
    this.redis = redis;
    this.timings = timings;
    this.#environment = {
      ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name] ?? ''])),
      ...redis.environment,
      HEARTBEAT_INTERVAL_MS: String(timings.interval),
      LEASE_TTL_MS: String(timings.lease),
      RETENTION_MS: String(timings.retention),
      SWEEP_INTERVAL_MS: String(timings.sweep),
      AGENT_POLL_INTERVAL_MS: String(timings.poll),
      ...textsOf(beliefOf(timings)),
      ENDPOINT_ALLOW: '127.0.0.0/8',
      METRICS_HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
    };
  }

  /** A settled roll with one resolver, and a reconciler unless told otherwise. */
  static async start({ timings = SCALED_TIMINGS, reconciler = true, persistence = 'none' } = {}) {
    const roll = new RollUnderTest(await startTestRedis({ persistence }), timings);
    try {
      roll.resolver = await roll.startResolver();
      if (reconciler) roll.reconciler = await roll.startApp('reconciler');
      await roll.settled();
      return roll;
    } catch (error) {
      await roll.stop();
      throw error;
    }
  }

  async startResolver({ port, ...settings } = {}) {
    port ??= await freePort();
    const app = await this.startApp('resolver', {
      RESOLVER_HOST: '127.0.0.1',
      RESOLVER_PORT: String(port),
      ...settings,
    });
    return Object.assign(app, { port, settings, url: `http://127.0.0.1:${port}` });
  }

  /** A host with the real agent, whose dcv lists what `list` was told last; its DCV server is nobody's unless a port is given. */
  async startHost(id, sessions, { port, ...settings } = {}) {
    const host = this.newHost(id, sessions, port);
    await host.startAgent(settings);
    return host;
  }

  /** The same, without its agent. */
  newHost(id, sessions, port = FIRST_DCV_PORT + this.#hosts++) {
    const host = new Host(this, id, join(this.#folder, id), port);
    host.list(...sessions);
    return host;
  }

  /** Runs the operator's command; resolves to its exit code and what it printed. */
  async runCli(args, settings = {}) {
    const child = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
      env: { ...this.#environment, LOG_LEVEL: 'error', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CLI_TIMEOUT_MS,
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].on('data', (chunk) => (printed[name] += chunk));
    const [code] = await once(child, 'close');
    return { code, ...printed };
  }

  async startApp(name, settings = {}) {
    const app = await this.spawnApp(name, settings);
    const alive = async () => !app.isRunning || (await app.answers('/health/live'));
    if (!(await until(alive, READY_TIMEOUT_MS)) || !app.isRunning)
      throw app.complaint('did not start');
    return app;
  }

  /** Starts an app without waiting for it. */
  async spawnApp(name, settings = {}) {
    const metricsPort = await freePort();
    const child = spawn(process.execPath, [join(root, 'apps', name, 'dist/main.js')], {
      env: { ...this.#environment, METRICS_PORT: String(metricsPort), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new App(name, child, `http://127.0.0.1:${metricsPort}`);
    this.#apps.add(app);
    return app;
  }

  /** The resolver is ready: its Redis answers, and the roll is settled. */
  async settled() {
    if (!(await until(() => this.resolver.answers('/health/ready'), READY_TIMEOUT_MS))) {
      throw this.resolver.complaint('did not become ready');
    }
  }

  /** What a gateway is told: status, body, and how long it took. */
  async lookup(sessionId, transport = 'HTTP') {
    const query = new URLSearchParams({ sessionId, transport, clientIpAddress: '203.0.113.7' });
    const startedAt = performance.now();
    const response = await fetch(`${this.resolver.url}/resolveSession?${query}`, {
      method: 'POST',
    });
    const body = await response.json();
    const endedAt = performance.now();
    return {
      status: response.status,
      body,
      stale: response.headers.get('x-rollcall-stale'),
      retryAfter: response.headers.get('retry-after'),
      startedAt,
      endedAt,
    };
  }

  /** Waits until a lookup has this status; resolves to the milliseconds it took, or to undefined when it never came. */
  async becomes(sessionId, status, timeoutMs) {
    const startedAt = performance.now();
    const came = await until(
      async () => (await this.lookup(sessionId)).status === status,
      timeoutMs,
    );
    return came ? performance.now() - startedAt : undefined;
  }

  /** Everything that its processes have logged, those that have ended included. */
  get logs() {
    return [...this.#apps].map(({ log }) => log).join('\n');
  }

  async stop() {
    await Promise.all([...this.#apps].map((app) => app.stop()));
    await this.redis.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function textsOf(settings) {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

/** One process of the product. */
class App {
  #log = '';

  constructor(name, child, opsUrl) {
    this.name = name;
    this.child = child;
    this.opsUrl = opsUrl;
    this.ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (this.#log = (this.#log + chunk).slice(-LOG_KEPT)));
    }
  }

  get log() {
    return this.#log;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether a page of its metrics port answers 200. */
  async answers(path) {
    return fetch(this.opsUrl + path).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
  }

  async metrics() {
    return (await fetch(`${this.opsUrl}/metrics`)).text();
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it as an operator would; resolves to its exit code. */
  async stop() {
    if (!this.isRunning) return this.child.exitCode;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const [code] = await this.ended;
    clearTimeout(timer);
    return code;
  }

  complaint(what) {
    return new Error(`${this.name} ${what}. It said:\n${this.#log.slice(-4_000)}`);
  }
}

/** A stand-in host: a dcv command that prints a file, and the real agent. */
class Host {
  #roll;
  #folder;

  constructor(roll, id, folder, port) {
    this.id = id;
    /** What its agent reports as the port of its DCV server: tells the hosts apart. */
    this.port = port;
    this.#roll = roll;
    this.#folder = folder;
    mkdirSync(join(folder, 'state'), { recursive: true });
    const dcv = join(folder, 'dcv');
    writeFileSync(dcv, `#!/bin/sh\nexec cat '${join(folder, 'sessions.json')}'\n`);
    chmodSync(dcv, 0o755);
  }

  /** From now on its dcv lists these sessions: ids, or what dcv prints of one besides the usual. */
  list(...sessions) {
    const listed = sessions.map((session) => ({
      owner: 'someone',
      type: 'virtual',
      ...(typeof session === 'string' ? { id: session } : session),
    }));
    writeFileSync(join(this.#folder, 'sessions.json'), JSON.stringify(listed));
  }

  /** What its agent is told of it. */
  get settings() {
    return {
      AGENT_SERVER_ID: this.id,
      AGENT_STATE_DIR: join(this.#folder, 'state'),
      AGENT_DCV_COMMAND: join(this.#folder, 'dcv'),
      AGENT_ENDPOINT: '127.0.0.1',
      AGENT_HTTP_PORT: String(this.port),
    };
  }

  async startAgent(settings = {}) {
    const all = { ...this.settings, ...settings };
    this.agent = await this.#roll.startApp('agent-heartbeat', all);
  }
}

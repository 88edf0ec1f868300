import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rollKeys } from '@rollcall/session-store';
import { root } from '../../setup/install.mjs';
import { freePort } from '../../start/ports.mjs';
import { until } from '../../start/until.mjs';
import { profileEnvironment } from '../profile.mjs';
import { AppProcess } from './app-process.mjs';
import { tryPort } from './dcv-port.mjs';
import { Host } from './host.mjs';
import { Network, hasOwnNetwork } from './network.mjs';
import { Standalone } from './standalone.mjs';

const INHERITED = ['PATH', 'HOME', 'TMPDIR'];
const READY_TIMEOUT_MS = 60_000;
const CLI_TIMEOUT_MS = 30_000;
const LOOKUP_TIMEOUT_MS = 5_000;
/** Third byte of an address: hosts, their agents’ roads to Redis, the reconcilers’, the resolvers’, the watchers’. */
const BLOCK = { host: 1, agent: 2, reconciler: 3, resolver: 4, watcher: 6 };
/** The operator’s road. */
const OPERATOR = '127.0.5.1';

/** Where everything runs that was not told another place. */
const HERE = { address: '127.0.0.1' };

/** Real processes around a real store, and everything that is needed to break them. */
export class Site {
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-faults-'));
  #processes = new Set();
  #addresses = {};
  #storeProcesses = [];

  constructor({ profile, recorder, roll = 'main' }) {
    this.profile = profile;
    this.recorder = recorder;
    this.network = new Network();
    this.hosts = [];
    this.resolvers = [];
    this.reconcilers = [];
    /** Settings that every process gets besides the profile. */
    this.settings = {};
    /** Folders of another version, by the app that is started from it from now on. */
    this.builds = {};
    this.roll = { keyPrefix: 'rollcall', roll };
    this.keys = rollKeys(this.roll);
    /** What every key of the roll begins with. */
    this.keyBase = `rollcall:{${roll}}:`;
  }

  /** Starts the store: a standalone redis-server with these options, or a topology that was started elsewhere. */
  async startStore({ topology, ...options } = {}) {
    const network = hasOwnNetwork();
    this.store = topology ?? (await Standalone.start({ network, ...options }));
    this.redis = this.store.redis;
    await this.noteStoreProcesses();
  }

  /** After a server of the store was started anew. */
  async noteStoreProcesses() {
    this.#storeProcesses = await this.store.processes().catch(() => []);
  }

  /** Everything that runs: `[{ name, pid }]`. */
  get processes() {
    const apps = [...this.#processes].filter(({ isRunning }) => isRunning);
    return [...this.#storeProcesses, ...apps.map(({ name, pid }) => ({ name, pid }))];
  }

  /** Resolves once it listens. `place` is where it runs: here, unless it is told the place of another network. */
  async startResolver(settings = {}, { wrapper, address } = HERE) {
    const name = `resolver-${this.resolvers.length + 1}`;
    const port = await freePort();
    const road = this.#address('resolver');
    const started = await this.startApp(name, 'resolver', {
      ...{ road, wrapper, address },
      settings: { RESOLVER_HOST: address, RESOLVER_PORT: String(port), ...settings },
    });
    const listens = async () => (await tryPort(address, port)) === 'open';
    if (!(await until(listens, READY_TIMEOUT_MS))) throw started.complaint('does not listen');
    const resolver = Object.assign(started, { road, url: `http://${address}:${port}` });
    this.resolvers.push(resolver);
    return resolver;
  }

  async startReconciler(settings = {}) {
    const name = `reconciler-${this.reconcilers.length + 1}`;
    const road = this.#address('reconciler');
    const reconciler = await this.startApp(name, 'reconciler', { road, settings });
    this.reconcilers.push(Object.assign(reconciler, { road }));
    return reconciler;
  }

  /** A door for reports over HTTPS, in addition to the way to the store. */
  async startReportDoor(settings) {
    const port = await freePort();
    const door = await this.startApp('report-door', 'agent-heartbeat', {
      road: OPERATOR,
      settings: {
        AGENT_ROLE: 'ingest',
        INGEST_HOST: '127.0.0.1',
        INGEST_PORT: String(port),
        ...settings,
      },
    });
    return Object.assign(door, { port });
  }

  /**
   * A host with an open DCV port and a running agent; `settings` are its agent's. `cloned`: a host that has its server id
   * already, of which this one is a copy.
   */
  async startHost(id, sessions, { zone, settings, agent = true, cloned } = {}) {
    const [address, road] = [this.#address('host'), this.#address('agent')];
    const folder = join(this.#folder, address, id);
    if (cloned) copyFiles(cloned.stateFolder, join(folder, 'state'));
    const host = new Host(this, id, { address, road, folder, zone, settings });
    await host.dcv.open();
    this.hosts.push(host);
    this.recorder.record('host', {
      at: this.recorder.now(),
      ...{ server: id, host: address, port: host.port, zone: zone ?? '' },
    });
    host.list(...sessions);
    if (agent) await host.startAgent();
    return host;
  }

  /** Starts one of the apps; resolves once it is alive. */
  async startApp(
    name,
    app,
    { road = OPERATOR, settings = {}, heard, wrapper, nodeArgs, address = HERE.address },
  ) {
    const metricsPort = await freePort();
    const started = new AppProcess(name, app, {
      ...{ heard, wrapper, nodeArgs, build: this.builds[app] },
      opsUrl: `http://${address}:${metricsPort}`,
      env: this.environment(road, {
        ...{ METRICS_HOST: address, METRICS_PORT: String(metricsPort) },
        ...settings,
      }),
    });
    this.#processes.add(started);
    return started.untilAlive();
  }

  /** Runs the operator's command; resolves to its exit code and what it printed. */
  async rollcall(...args) {
    const child = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
      env: this.environment(OPERATOR, { LOG_LEVEL: 'error' }),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CLI_TIMEOUT_MS,
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].on('data', (chunk) => (printed[name] += chunk));
    const [code] = await once(child, 'close');
    return { code, ...printed };
  }

  /**
   * `rollcall watch` of everything from an event on, on a road of its own; `told` is given each event. It waits for
   * whatever is away, and ends with `kill`.
   */
  startWatcher({ name, road = this.#address('watcher'), since = '0', told }) {
    const watcher = new AppProcess(name, 'cli', {
      args: ['watch', '--json', '--since', since],
      heard: (line) => told(JSON.parse(line)),
      env: this.environment(road, { LOG_LEVEL: 'error' }),
    });
    this.#processes.add(watcher);
    return Object.assign(watcher, { road });
  }

  /** Every resolver is ready: its Redis answers, and the roll is settled. */
  async settled() {
    for (const resolver of this.resolvers)
      if (!(await until(() => resolver.answers('/health/ready'), READY_TIMEOUT_MS)))
        throw resolver.complaint('did not become ready');
  }

  /** What one resolver answers: status, code, port, stale. Part of no history. */
  async lookup(id, resolver = this.resolvers[0]) {
    const query = new URLSearchParams({ sessionId: id, transport: 'HTTP' });
    const response = await fetch(`${resolver.url}/resolveSession?${query}`, {
      method: 'POST',
      signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS),
    });
    const { code, Port: port } = await response.json();
    return {
      status: response.status,
      ...{ code, port },
      stale: response.headers.get('x-rollcall-stale') ?? undefined,
    };
  }

  /** Waits until a lookup fits; tells whether it ever did. */
  becomes(id, fits, timeoutMs = 20_000) {
    const wanted = typeof fits === 'number' ? ({ status }) => status === fits : fits;
    return until(() => this.lookup(id).then(wanted, () => false), timeoutMs);
  }

  /** Stops everything, agents first and the store last, and removes what it left on disk. */
  async stop() {
    this.network.healAll();
    const stage = (name) => [...this.#processes].filter((app) => app.name.startsWith(name));
    await Promise.all(stage('agent').map((app) => app.kill()));
    await Promise.all([...this.#processes].map((app) => app.stop()));
    await Promise.all(this.hosts.map(({ dcv }) => dcv.close()));
    await this.store?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What a process is told that reaches the store at this address; the operator’s unless told otherwise. */
  environment(road = OPERATOR, settings = {}) {
    return {
      ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name] ?? ''])),
      ...profileEnvironment(this.profile),
      ...this.store.environment(road),
      ROLL: this.roll.roll,
      ENDPOINT_ALLOW: '127.0.0.0/8',
      LOG_LEVEL: 'info',
      ...this.settings,
      ...settings,
    };
  }

  #address(block) {
    this.#addresses[block] = (this.#addresses[block] ?? 0) + 1;
    return `127.0.${BLOCK[block]}.${this.#addresses[block]}`;
  }
}

/** All but sockets, which stand for a process. */
function copyFiles(from, to) {
  const filter = (source) => !lstatSync(source).isSocket();
  cpSync(from, to, { recursive: true, filter });
}

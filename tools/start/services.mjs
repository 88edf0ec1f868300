import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { ask } from './ask.mjs';
import { agentEnvironment } from './demo-fleet.mjs';
import { freePort, freePortPreferably, isFree } from './ports.mjs';
import { STAGE, lastWords } from './supervisor.mjs';
import { until } from './until.mjs';

const LOOPBACK = '127.0.0.1';
const EVERYWHERE = '0.0.0.0';
const ALIVE_TIMEOUT_MS = 60_000;
const DEFAULT_PORT = { resolver: 8447, resolverMetrics: 9447, reconcilerMetrics: 9449 };

/** Starts the apps that serve one roll, each with the environment that all of them share and ports of its own. */
export class Services {
  #supervisor;
  #environment;
  #metricsHost;

  constructor(supervisor, environment) {
    this.#supervisor = supervisor;
    this.#environment = environment;
    this.#metricsHost = environment.METRICS_HOST || EVERYWHERE;
  }

  /** Resolves to the URLs of its service and its health, and to where it listens, in words. */
  async startResolver() {
    const host = this.#environment.RESOLVER_HOST || EVERYWHERE;
    const port = await this.#resolverPort(host);
    const { METRICS_PORT: given } = this.#environment;
    const metricsPort = isSet(given)
      ? given
      : await this.#metricsPort(DEFAULT_PORT.resolverMetrics);
    await this.#start('resolver', STAGE.resolver, 'resolver', {
      RESOLVER_PORT: String(port),
      METRICS_PORT: String(metricsPort),
    });
    return {
      port,
      url: `http://${urlHost(host)}:${port}`,
      ready: this.#opsUrl(metricsPort, '/health/ready'),
      told: `${at(host, port, DEFAULT_PORT.resolver)}, metrics on port ${metricsPort}`,
    };
  }

  async startReconciler() {
    const metricsPort = await this.#metricsPort(DEFAULT_PORT.reconcilerMetrics);
    await this.#start('reconciler', STAGE.reconciler, 'reconciler', {
      METRICS_PORT: String(metricsPort),
    });
    return { told: `metrics on port ${metricsPort}` };
  }

  async startAgent(host) {
    const metricsPort = await freePort(this.#metricsHost);
    await this.#start(`agent-${host.id}`, STAGE.agent, 'agent-heartbeat', {
      ...agentEnvironment(host),
      METRICS_PORT: String(metricsPort),
    });
  }

  async #resolverPort(host) {
    const wanted = this.#environment.RESOLVER_PORT;
    if (!isSet(wanted)) return freePortPreferably(DEFAULT_PORT.resolver, host);
    if (Number.isNaN(Number(wanted)) || (await isFree(Number(wanted), host))) return wanted;
    throw new Error(`RESOLVER_PORT is ${wanted}, and something else listens there.`);
  }

  #metricsPort(wanted) {
    return freePortPreferably(wanted, this.#metricsHost);
  }

  /** Resolves once the app answers its liveness check. */
  async #start(name, stage, app, env) {
    const main = join(root, 'apps', app, 'dist/main.js');
    this.#supervisor.service(name, stage, process.execPath, [main], {
      env: { ...this.#environment, ...env },
    });
    const live = this.#opsUrl(env.METRICS_PORT, '/health/live');
    const isAlive = async () => (await ask(live))?.status === 200;
    if (!(await until(isAlive, ALIVE_TIMEOUT_MS))) {
      throw new Error(`${name} does not answer at ${live}. ${lastWords(name)}`);
    }
  }

  #opsUrl(port, path) {
    return `http://${urlHost(this.#metricsHost)}:${port}${path}`;
  }
}

/** Whether the user has chosen a port; 0 asks for any. */
function isSet(port) {
  return Boolean(port) && port !== '0';
}

function at(host, port, usual) {
  return Number(port) === usual
    ? `${host}:${port}`
    : `${host}:${port} (not ${usual}, which is taken)`;
}

/** How a client on this machine names an address that is listened on. */
function urlHost(host) {
  if (host === EVERYWHERE || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

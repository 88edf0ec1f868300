import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { hasOwnNetwork } from './network.mjs';
import { Standalone } from './standalone.mjs';

const PROGRAM = new URL('./tcp-proxy.worker.mjs', import.meta.url);

/**
 * A small TCP proxy before Redis: passes everything on, later by so much, or not at all while it reads nothing; or all
 * that a connection says up to a chosen command.
 */
export class TcpProxy {
  static async start({ host, port, listenAt = '127.0.0.1' }) {
    const worker = new Worker(PROGRAM, { workerData: { host, port, listenAt } });
    const [{ port: own }] = await once(worker, 'message');
    return new TcpProxy(worker, own);
  }

  #worker;

  constructor(worker, port) {
    this.#worker = worker;
    this.port = port;
  }

  /** From now on what the server says comes so much later. */
  delay(ms) {
    return this.#tell({ delayMs: ms });
  }

  /** From now on it reads nothing, though it still takes connections; or reads again. */
  stopReading(stopped = true) {
    return this.#tell({ stopped });
  }

  /**
   * From now on, after so many `times` a command that holds the text `after`, each client's next one that holds `from` is
   * kept back, with what that client says then. `kept` resolves once that has happened: to the address that the first had
   * connected to.
   */
  async keepBack({ from, after = from, times = 0 }) {
    const kept = this.#heard(({ keptAt }) => keptAt);
    await this.#tell({ keep: { from, after, times } });
    return { kept };
  }

  /** Lets pass what was kept back, on all roads or all but one; resolves to how many commands that were. */
  release({ but } = {}) {
    return this.#tell({ release: true, but });
  }

  async close() {
    await this.#worker.terminate();
  }

  #tell(message) {
    const done = this.#heard((answer) => answer.done);
    this.#worker.postMessage(message);
    return done;
  }

  /** Resolves to what the first message from now on says of something. */
  #heard(about) {
    return new Promise((resolve) => {
      const listener = (message) => {
        const said = about(message);
        if (said === undefined) return;
        this.#worker.off('message', listener);
        resolve(said);
      };
      this.#worker.on('message', listener);
    });
  }
}

const everyRoad = () => true;

/** Whether a process that reaches Redis on this road is a reconciler (site/site.mjs). */
export const isReconcilers = (road) => road.startsWith('127.0.3.');

/** A redis-server that every process but the runner reaches through a proxy, or those on chosen roads: a store for `arrange`. */
export async function startBehindProxy({ behind = everyRoad, ...options } = {}) {
  const network = hasOwnNetwork();
  const direct = await Standalone.start({ network, ...options });
  const { host, port } = direct.redis;
  const proxy = await TcpProxy.start({ host, port, listenAt: network ? '0.0.0.0' : '127.0.0.1' });
  const proxied = (road) => `redis://${network ? road : '127.0.0.1'}:${proxy.port}`;
  return {
    redis: direct.redis,
    proxy,
    environment: (road) => (behind(road) ? { REDIS_URL: proxied(road) } : direct.environment(road)),
    client: (more) => direct.client(more),
    processes: () => direct.processes(),
    stop: async () => {
      await proxy.close();
      await direct.stop();
    },
  };
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Standalone } from './standalone.mjs';

const PROGRAM = new URL('./tcp-proxy.worker.mjs', import.meta.url);

/** A small TCP proxy: passes everything on, later by so much, or not at all while it reads nothing. */
export class TcpProxy {
  static async start({ host, port }) {
    const worker = new Worker(PROGRAM, { workerData: { host, port } });
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

  async close() {
    await this.#worker.terminate();
  }

  async #tell(message) {
    const done = once(this.#worker, 'message');
    this.#worker.postMessage(message);
    await done;
  }
}

/** A redis-server that every process but the runner reaches through a proxy: a store for `arrange`. */
export async function startBehindProxy(options = {}) {
  const direct = await Standalone.start(options);
  const proxy = await TcpProxy.start({ host: direct.redis.host, port: direct.redis.port });
  return {
    redis: direct.redis,
    proxy,
    environment: () => ({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
    client: (more) => direct.client(more),
    processes: () => direct.processes(),
    stop: async () => {
      await proxy.close();
      await direct.stop();
    },
  };
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** Listens at many addresses and ends every connection; told to freeze, it no longer looks until it is woken. */
const FROZEN = 1;

const flag = new Int32Array(workerData.flag);
const servers = new Map();

const work = {
  async listen(addresses) {
    for (const { host, port } of addresses) {
      const server = createServer((socket) => socket.destroy());
      server.listen({ host, port, backlog: workerData.backlog });
      await once(server, 'listening');
      server.on('error', () => undefined);
      servers.set(`${host}:${port}`, server);
    }
  },
  async close(addresses) {
    for (const { host, port } of addresses) {
      servers.get(`${host}:${port}`)?.close();
      servers.delete(`${host}:${port}`);
    }
  },
};

parentPort.on('message', async ({ id, verb, addresses }) => {
  if (verb === 'freeze') {
    Atomics.store(flag, 0, FROZEN);
    parentPort.postMessage({ id });
    Atomics.wait(flag, 0, FROZEN);
    return;
  }
  try {
    await work[verb](addresses);
    parentPort.postMessage({ id });
  } catch (error) {
    parentPort.postMessage({ id, problem: error.message, code: error.code });
  }
});

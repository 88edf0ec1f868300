import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const TRY_TIMEOUT_MS = 400;

/** The DCV port of a stand-in host: open, it takes connections and says nothing; closed, it refuses them. */
export class DcvPort {
  #server;
  #sockets = new Set();

  constructor(address, port) {
    this.address = address;
    this.port = port;
  }

  get isOpen() {
    return this.#server !== undefined;
  }

  async open() {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.resume();
    });
    server.listen({ port: this.port, host: this.address });
    await once(server, 'listening');
    this.#server = server;
    this.port = server.address().port;
  }

  async close() {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** What comes of a connection to an address: `open`, `refused`, or `silent` after 400 ms. */
export function tryPort(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (verdict) => {
      socket.destroy();
      resolve(verdict);
    };
    socket.setTimeout(TRY_TIMEOUT_MS, () => finish('silent'));
    socket.on('connect', () => finish('open'));
    socket.on('error', () => finish('refused'));
  });
}

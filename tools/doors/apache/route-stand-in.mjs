import { once } from 'node:events';
import { createServer } from 'node:net';

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';

/** The answer of a resolver that knows the session. */
export function found(upstream, basePath = '') {
  const headers = [`X-Rollcall-Upstream: ${upstream}`, `X-Rollcall-Base-Path: ${basePath}`];
  return ['HTTP/1.1 200 OK', ...headers, 'Content-Length: 0', '', ''].join('\r\n');
}

/** A resolver's answer with this status, and nothing that helps. */
export const status = (code) => `HTTP/1.1 ${code} Whatever\r\nContent-Length: 0\r\n\r\n`;

/**
 * A stand-in for a resolver's route, down to the bytes: it answers what stands under an id, 404 for any other, or
 * whatever `behave` does with the connection.
 */
export class RouteStandIn {
  /** Raw answers by public id; a function is asked for one. */
  routes = {};
  /** What was asked: request target and public id. */
  asked = [];
  behave;
  #sockets = new Set();
  #server = createServer((socket) => this.#serve(socket));

  static async start() {
    const routes = new RouteStandIn();
    await routes.listen();
    return routes;
  }

  async listen() {
    this.#server.listen(this.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop() {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let request = '';
    socket.setEncoding('latin1').on('data', (text) => {
      request += text;
      if (!request.startsWith('HEAD ')) return socket.end(status(400));
      if (!request.includes('\r\n\r\n')) return;
      const [, target] = /^HEAD (\S+) HTTP\/1\.1\r\n/.exec(request) ?? [];
      const [, id] = /^X-Rollcall-Session: (\S+)\r$/m.exec(request) ?? [];
      this.asked.push({ target, id });
      if (this.behave) return this.behave(socket);
      const route = this.routes[id] ?? NOT_FOUND;
      socket.end(typeof route === 'function' ? route() : route);
    });
  }
}

/** Ways of not answering. */
export const hangs = () => undefined;
export const hangsUp = (socket) => socket.destroy();
export const answers = (text) => (socket) => socket.end(text);

/** Bytes without an end, one at a time. */
export function trickles(socket) {
  const timer = setInterval(() => socket.write('x'), 50);
  socket.on('close', () => clearInterval(timer));
}

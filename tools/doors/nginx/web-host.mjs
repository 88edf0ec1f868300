import { once } from 'node:events';
import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { closeServer } from '../close-server.mjs';

/** A host for what a DCV server rarely does: answers of any kind, and a count of its TLS handshakes. */
export class WebHost {
  #server;
  #sockets = new WebSocketServer({ noServer: true });
  /** What came in: method, url and headers. */
  requests = [];
  handshakes = 0;

  /** `answer` is a request listener. */
  constructor(certificate, answer = (request, response) => response.end('found')) {
    this.#server = createServer(certificate, (request, response) => {
      this.#note(request);
      answer(request, response);
    });
    this.#server.on('secureConnection', () => (this.handshakes += 1));
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('upgrade', (request, socket, head) => {
      this.#note(request);
      socket.on('error', () => undefined);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => undefined);
        webSocket.on('message', (data) => webSocket.send(String(data)));
      });
    });
  }

  #note({ method, url, headers }) {
    this.requests.push({ method, url, headers });
  }

  get upstream() {
    const { family, address, port } = this.#server.address();
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  get port() {
    return this.#server.address().port;
  }

  async start({ address = '127.0.0.1', port = 0 } = {}) {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return this;
  }

  /** Cuts every connection. */
  async stop() {
    await closeServer(this.#server, this.#sockets.clients);
  }
}

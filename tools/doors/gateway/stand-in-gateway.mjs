import { once } from 'node:events';
import { createServer, request } from 'node:https';
import { isIP } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { closeServer } from '../close-server.mjs';
import { APP_SCRIPT, PAGE } from '../stand-in-page.mjs';

const SUB_PROTOCOL = 'dcv';
const CONNECTS_WITHIN_MS = 5_000;
const MESSAGE_BYTES_MAX = 64 * 1024;
const REFUSED = 1008;
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n';

/**
 * A stand-in for the Connection Gateway: TLS at the door, and every WebSocket carried to the host that the session
 * resolver names. It asks as the gateway does (Amazon DCV, "Session resolver"): by domain name, with its client
 * certificate, all parameters in the query and no body. It reads the public id from a socket's first message and hands
 * on the id of the answer. Its framing is that of the stand-in host.
 *
 * As the real one, it connects nobody without a token: `auth` is a 404 then.
 */
export class StandInGateway {
  #server;
  #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
  });
  #resolver;

  /** What came of the lookups, as the gateway's metrics count it. */
  outcomes = { 200: 0, 404: 0, other: 0, unreachable: 0 };

  /**
   * `resolver` is its section of the configuration, with what the files hold and the DNS knows:
   * `{ url, ca, cert, key, lookup }`. Of several addresses it takes the first that lets it in.
   */
  constructor({ certificate, resolver }) {
    const { hostname } = new URL(resolver.url);
    if (isIP(hostname.replace(/^\[|\]$/g, '')))
      throw new Error('the resolver’s url must have a domain name');
    this.#resolver = resolver;
    this.#server = createServer(certificate, (asked, response) => serve(asked, response));
    this.#server.on('upgrade', (asked, socket, head) => this.#upgrade(asked, socket, head));
    this.#server.on('tlsClientError', () => undefined);
  }

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  async stop() {
    await closeServer(this.#server, this.#sockets.clients);
  }

  /** One lookup, counted; resolves to the answer's JSON when it was a 200. */
  async resolve(sessionId, clientIpAddress) {
    const query = new URLSearchParams({ sessionId, transport: 'HTTP' });
    if (clientIpAddress) query.set('clientIpAddress', clientIpAddress);
    const answered = await this.#ask(query).catch((error) => ({ error }));
    const { status } = answered;
    const outcome = answered.error ? 'unreachable' : status in this.outcomes ? status : 'other';
    this.outcomes[outcome] += 1;
    return outcome === 200 ? JSON.parse(answered.text) : undefined;
  }

  #ask(query) {
    const { url, ...rest } = this.#resolver;
    const { hostname, port, pathname } = new URL(url);
    const path = `${pathname.replace(/\/$/, '')}/resolveSession?${query}`;
    const headers = { accept: 'application/json' };
    return new Promise((resolve, reject) => {
      const asking = request(
        { ...rest, hostname, port, path, method: 'POST', headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      asking.setTimeout(CONNECTS_WITHIN_MS, () => asking.destroy(new Error('no answer in time')));
      asking.on('error', reject);
      asking.end();
    });
  }

  #upgrade(asked, socket, head) {
    socket.on('error', () => undefined);
    const { pathname, searchParams } = new URL(asked.url, 'https://gateway');
    const known = pathname === '/ws' || (pathname === '/auth' && searchParams.has('authToken'));
    if (!known) return socket.end(NOT_FOUND);
    this.#sockets.handleUpgrade(asked, socket, head, (client) => {
      client.on('error', () => undefined);
      client.once('message', (first) =>
        this.#carry(client, pathname, first, asked.socket.remoteAddress),
      );
    });
  }

  async #carry(client, path, first, clientIpAddress) {
    const early = [];
    const hold = (data) => early.push(data);
    client.on('message', hold);
    const greeting = Object(JSON.parse(String(first)));
    const found = await this.resolve(String(greeting.sessionId), clientIpAddress);
    if (!found) return client.close(REFUSED, 'no destination');
    const { SessionId, DcvServerEndpoint, Port, WebUrlPath } = found;
    const base = WebUrlPath.replace(/\/$/, '');
    const host = new WebSocket(`wss://${DcvServerEndpoint}:${Port}${base}${path}`, [SUB_PROTOCOL], {
      rejectUnauthorized: false,
      agent: false,
      handshakeTimeout: CONNECTS_WITHIN_MS,
    });
    host.on('error', () => client.close(REFUSED, 'the host cannot be reached'));
    host.on('open', () => {
      host.send(JSON.stringify({ ...greeting, sessionId: SessionId }));
      for (const data of early) host.send(data);
      client.off('message', hold);
      client.on('message', (data) => host.send(data));
    });
    host.on('message', (data) => client.send(String(data)));
    host.on('close', () => client.close());
    client.on('close', () => host.terminate());
  }
}

/** The gateway's own copy of the web client. */
function serve(asked, response) {
  const { pathname } = new URL(asked.url, 'https://gateway');
  const [type, body] =
    pathname === '/'
      ? ['text/html; charset=utf-8', PAGE]
      : pathname === '/app.js'
        ? ['text/javascript', APP_SCRIPT]
        : ['text/plain', 'no such page\n'];
  response.writeHead(type === 'text/plain' ? 404 : 200, { 'content-type': type });
  response.end(body);
}

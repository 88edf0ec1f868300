import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import { createServer, request as tlsRequest } from 'node:https';
import { WebSocketServer } from 'ws';
import { closeServer } from './close-server.mjs';
import { APP_SCRIPT, PAGE } from './stand-in-page.mjs';

const SUB_PROTOCOL = 'dcv';
const VERIFIER_TIMEOUT_MS = 5_000;
const MESSAGE_BYTES_MAX = 64 * 1024;
const REQUESTS_KEPT = 5_000;
const REFUSED = 1008;

/**
 * A stand-in for a DCV server: a web client under its base path, and the WebSockets `auth` and `ws`. What goes over the
 * sockets is our own; how a token is verified is Amazon DCV's ("Using external authentication").
 *
 * - `auth`: the client sends `{ sessionId, authToken }`; the host asks its verifier about its own session of that name,
 *   else about its first; it answers `{ auth: 'yes', ticket }` or `{ auth: 'no', message }`.
 * - `ws`: the client sends `{ ticket }`, is told `{ host, user, session }`, and from then on hears every message back
 *   with the host's name before it.
 */
export class StandInHost {
  #server;
  #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
  });
  #tickets = new Map();
  #verifier;
  #base;
  #address;

  /**
   * `basePath` is its `web-url-path`, `verifier` its `auth-token-verifier` with what its `ca-file` holds and its DNS
   * knows: `{ url, ca, lookup }`, of which a plain one needs only the first. `address` is the machine's: where it
   * listens, and where its questions come from.
   */
  constructor({
    name,
    certificate,
    basePath = '/',
    sessions = ['console'],
    verifier,
    address = '127.0.0.1',
  }) {
    this.name = name;
    /** The local ids that it carries. */
    this.sessions = sessions;
    /** What came in, the newest last: method, url and headers. */
    this.requests = [];
    /** Every verification: what was sent, and what came of it. */
    this.verifications = [];
    this.#verifier = { ...verifier, localAddress: address };
    this.#address = address;
    this.#base = basePath.endsWith('/') ? basePath : `${basePath}/`;
    this.#server = createServer(certificate);
    this.#server.on('request', (request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('tlsClientError', () => undefined);
  }

  /** Listens; a port of its own choice, or the one it had before. */
  async start(port = this.port ?? 0) {
    this.#server.listen(port, this.#address);
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  /** Dies: nobody listens any more, and every connection is cut. */
  async stop() {
    await closeServer(this.#server, this.#sockets.clients);
  }

  /** How many WebSockets are open. */
  get open() {
    return this.#sockets.clients.size;
  }

  #note({ method, url, headers }) {
    this.requests.push({ method, url, headers });
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
  }

  #serve(request, response) {
    this.#note(request);
    const [path] = request.url.split('?');
    response.setHeader('x-stand-in-host', this.name);
    if (path === this.#base) answer(response, 200, 'text/html; charset=utf-8', PAGE);
    else if (path === `${this.#base}app.js`) answer(response, 200, 'text/javascript', APP_SCRIPT);
    else answer(response, 404, 'text/plain', `${this.name} has no such page\n`);
  }

  #upgrade(request, socket, head) {
    this.#note(request);
    socket.on('error', () => undefined);
    const [path] = request.url.split('?');
    const conversation = { [`${this.#base}auth`]: 'authenticate', [`${this.#base}ws`]: 'stream' }[
      path
    ];
    if (!conversation) return socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      webSocket.once('message', (data) =>
        this[conversation](webSocket, parse(data), request.socket.remoteAddress),
      );
    });
  }

  async authenticate(webSocket, { sessionId, authToken }, clientAddress) {
    const session = this.sessions.includes(sessionId) ? sessionId : this.sessions[0];
    const verdict = await this.#verify({
      sessionId: session ?? String(sessionId),
      authenticationToken: String(authToken),
      clientAddress,
    });
    if (verdict.user === undefined || session === undefined) {
      webSocket.send(JSON.stringify({ auth: 'no', message: verdict.message }));
      webSocket.close(REFUSED);
      return;
    }
    const ticket = randomUUID();
    this.#tickets.set(ticket, { user: verdict.user, session });
    webSocket.send(JSON.stringify({ auth: 'yes', ticket }));
    webSocket.close();
  }

  stream(webSocket, { ticket }) {
    const admitted = this.#tickets.get(ticket);
    if (!admitted) return webSocket.close(REFUSED);
    webSocket.on('message', (data) => webSocket.send(`${this.name}: ${data}`));
    webSocket.send(JSON.stringify({ host: this.name, ...admitted }));
  }

  async #verify(fields) {
    const answered = await ask(this.#verifier, new URLSearchParams(fields).toString()).catch(
      (error) => ({ status: 0, type: '', text: '', message: error.message }),
    );
    const verdict = readVerdict(answered);
    this.verifications.push({ ...fields, ...answered, ...verdict });
    return verdict;
  }
}

function answer(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

function parse(data) {
  try {
    return Object(JSON.parse(String(data)));
  } catch {
    return {};
  }
}

/** Posts a form to the verifier. */
function ask({ url, ...reached }, form) {
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method: 'POST',
        ...reached,
        agent: false,
        timeout: VERIFIER_TIMEOUT_MS,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(form),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            type: response.headers['content-type'] ?? '',
            text,
          }),
        );
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('the verifier does not answer')));
    asking.on('error', reject);
    asking.end(form);
  });
}

/** The user of a yes; the message of anything else. */
function readVerdict({ status, text, message }) {
  const yes = /^<auth result="yes"><username>([^<]+)<\/username><\/auth>$/.exec(text.trim());
  if (status === 200 && yes) return { user: unescape(yes[1]) };
  const no = /^<auth result="no"><message>([^<]*)<\/message><\/auth>$/.exec(text.trim());
  return { message: no ? unescape(no[1]) : (message ?? `the verifier answered ${status}`) };
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescape(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (entity, decimal, hex, name) => {
    if (name) return ENTITIES[name] ?? entity;
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

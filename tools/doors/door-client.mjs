import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { lookupOf } from './lookup.mjs';

const TIMEOUT_MS = 15_000;
const SUB_PROTOCOL = 'dcv';
const toThisMachine = lookupOf('127.0.0.1');

/** Whoever stands in front of a door: a browser's requests, byte for byte as given. */
export class DoorClient {
  #at;

  /** A door on this machine, at `port`, that shows a certificate which `ca` vouches for. */
  constructor({ port, serverName, ca }) {
    this.port = port;
    this.serverName = serverName;
    this.authority = `${serverName}:${port}`;
    this.#at = { port, servername: serverName, ca };
  }

  /** By its name, as everybody else would, and on a connection of its own. */
  get #reached() {
    return { ...this.#at, host: this.serverName, lookup: toThisMachine, agent: false };
  }

  /** One request; the path goes out unchanged. */
  get(path, { method = 'GET', headers = {} } = {}) {
    return new Promise((resolve, reject) => {
      const asking = request(
        { ...this.#reached, path, method, timeout: TIMEOUT_MS, headers },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => (text += chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode, headers: response.headers, text }),
          );
        },
      );
      asking.on('timeout', () => asking.destroy(new Error(`${path}: no answer in time`)));
      asking.on('error', reject);
      asking.end();
    });
  }

  /** Sends bytes that no client library would; resolves to the status of the answer, or to 0 when there was none. */
  async sendRaw(text) {
    const socket = connect({ ...this.#at, host: '127.0.0.1' });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.write(text);
    await once(socket, 'close');
    return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
  }

  /** A WebSocket as a page of this door opens it, or, without an origin, a native client; rejects with a `Refused`. */
  open(path, { origin = `https://${this.authority}`, headers = {}, protocols } = {}) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`wss://${this.authority}${path}`, protocols ?? [SUB_PROTOCOL], {
        ...this.#reached,
        origin: origin ?? undefined,
        headers,
        handshakeTimeout: TIMEOUT_MS,
      });
      const channel = new Channel(socket);
      socket.on('error', reject);
      socket.once('open', () => resolve(channel));
      socket.once('unexpected-response', (asking, response) => {
        reject(new Refused(response.statusCode));
        asking.destroy();
      });
    });
  }

  /** What the web client does with a link: the page and its script, then the token, then the stream. */
  async openDesktop(link) {
    const { pathname, search, hash } = new URL(link);
    for (const path of [pathname + search, `${pathname}app.js`]) {
      const { status } = await this.get(path);
      if (status !== 200) throw new Refused(status);
    }
    const authToken = new URLSearchParams(search).get('authToken');
    const desktop = new Desktop(this, pathname, decodeURIComponent(hash.slice(1)));
    await desktop.authenticate(authToken);
    await desktop.addStream();
    return desktop;
  }
}

/** A session as its user sees it: some streams to one host. */
export class Desktop {
  streams = [];
  #client;
  #base;
  #sessionId;
  #ticket;

  constructor(client, base, sessionId) {
    this.#client = client;
    this.#base = base;
    this.#sessionId = sessionId;
  }

  async authenticate(authToken, options) {
    const channel = await this.#client.open(`${this.#base}auth?authToken=${authToken}`, options);
    try {
      channel.send({ sessionId: this.#sessionId, authToken });
      const { auth, ticket, message } = await channel.hear();
      if (auth !== 'yes') throw new Refused('no', message);
      this.#ticket = ticket;
    } finally {
      channel.close();
    }
  }

  /** One more WebSocket to the host, which says who it is. */
  async addStream() {
    const channel = await this.#client.open(`${this.#base}ws`);
    channel.send({ sessionId: this.#sessionId, ticket: this.#ticket });
    Object.assign(this, await channel.hear());
    this.streams.push(channel);
    return channel;
  }

  /** What the host says back on every stream. */
  async echo(text) {
    return Promise.all(
      this.streams.map((stream) => {
        stream.sendText(text);
        return stream.hearText();
      }),
    );
  }

  get isOpen() {
    return this.streams.length > 0 && this.streams.every((stream) => stream.isOpen);
  }

  close() {
    for (const stream of this.streams) stream.close();
  }
}

/** The door or the host said no: with a status, or in the conversation. */
export class Refused extends Error {
  constructor(status, message = '') {
    super(`refused with ${status} ${message}`);
    this.status = status;
  }
}

/** A WebSocket whose messages wait until they are asked for. */
export class Channel {
  #socket;
  #heard = [];
  #waiting = [];

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take({ text: String(data) }));
    socket.on('close', (code) => this.#take({ error: new Refused(code) }));
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get protocol() {
    return this.#socket.protocol;
  }

  send(message) {
    this.sendText(JSON.stringify(message));
  }

  sendText(text) {
    this.#socket.send(text);
  }

  async hear() {
    return JSON.parse(await this.hearText());
  }

  /** The next message; rejects when the socket ends before there is one. */
  async hearText() {
    const { text, error } = this.#heard.shift() ?? (await this.#next());
    if (error) throw error;
    return text;
  }

  close() {
    this.#socket.terminate();
  }

  #next() {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.#take({ error: new Refused('nothing, in time') }),
        TIMEOUT_MS,
      );
      this.#waiting.push((heard) => {
        clearTimeout(timer);
        resolve(heard);
      });
    });
  }

  #take(heard) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(heard);
    else this.#heard.push(heard);
  }
}

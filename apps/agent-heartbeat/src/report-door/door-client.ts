import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { DoorAddresses } from './door-addresses';
import type { DoorCredentials, IdentityFiles } from './identity-files';

/** What is asked of a door. */
export interface DoorQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** For everything: the name, the connection, the answer. */
  readonly timeoutMs: number;
}

/** What it said. */
export interface DoorReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** It was asked a second time, as the first connection broke before it had said anything. */
  readonly repeated: boolean;
}

/** The door gave no answer in time. */
export class DoorSilence extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = 'DoorSilence';
  }
}

const ANSWER_BYTES_MAX = 64 * 1024;

/** A door that closes an idle connection may not have read what was just sent on it. */
const BROKEN_CONNECTION = ['ECONNRESET', 'EPIPE'];

/** Between trying one address of a name and the next. */
const NEXT_ADDRESS_AFTER_MS = 150;

/** Asks a door over one connection that is kept, and a new one when that is gone. */
export class DoorClient {
  private agent?: Agent;
  private agentOf?: DoorCredentials;

  constructor(
    private readonly url: URL,
    private readonly identity: Pick<IdentityFiles, 'current'>,
    private readonly addresses: DoorAddresses,
  ) {}

  /** Rejects when there is no answer, or none in time; the connection is then given up. */
  async ask(question: DoorQuestion): Promise<DoorReply> {
    const deadlineMs = performance.now() + question.timeoutMs;
    try {
      return { ...(await this.send(question)), repeated: false };
    } catch (error) {
      const leftMs = deadlineMs - performance.now();
      if (!(error instanceof ConnectionBroken) || leftMs <= 0) throw error;
      return { ...(await this.send({ ...question, timeoutMs: leftMs })), repeated: true };
    }
  }

  close(): void {
    this.agent?.destroy();
  }

  private send(question: DoorQuestion): Promise<Omit<DoorReply, 'repeated'>> {
    const credentials = this.identity.current();
    return new Promise((resolve, reject) => {
      const request = httpsRequest(this.optionsOf(question, credentials));
      const timer = setTimeout(
        () => request.destroy(new DoorSilence(question.timeoutMs)),
        question.timeoutMs,
      );
      // Asked while there is a connection: a socket that is given up has forgotten whom it was to.
      let address: string | undefined;
      request.on('socket', (socket) => {
        address = socket.remoteAddress;
        if (socket.connecting) socket.once('connect', () => (address = socket.remoteAddress));
      });
      const fail = (error: Error) => {
        clearTimeout(timer);
        this.addresses.failed(address);
        reject(isBrokenConnection(request, error) ? new ConnectionBroken(error) : error);
      };
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) request.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.end(question.body);
    });
  }

  private optionsOf({ method, path, body }: DoorQuestion, credentials: DoorCredentials) {
    const { hostname, port } = this.url;
    return {
      agent: this.agentFor(credentials),
      // An IPv6 address stands in brackets in a URL alone.
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? 443 : Number(port),
      method,
      path,
      headers: {
        ...(credentials.authorization && { authorization: credentials.authorization }),
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
    } satisfies RequestOptions;
  }

  /** A connection is that of the identity it was opened with. */
  private agentFor(credentials: DoorCredentials): Agent {
    if (this.agent && this.agentOf === credentials) return this.agent;
    this.agent?.destroy();
    const { cert, key, ca } = credentials;
    this.agentOf = credentials;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: 2,
      maxFreeSockets: 1,
      lookup: this.addresses.lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      minVersion: 'TLSv1.2',
      cert,
      key,
      ca,
    });
    return this.agent;
  }
}

class ConnectionBroken extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'ConnectionBroken';
  }
}

function isBrokenConnection(request: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && BROKEN_CONNECTION.includes(error.code ?? '');
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket, type ConnectionOptions } from 'node:tls';

/** One answer, as it stood on the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Speaks raw bytes to a server on loopback. */
export class RawConnection {
  private received = Buffer.alloc(0);
  private closed = false;
  private error: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => (this.received = Buffer.concat([this.received, chunk])));
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => (this.closed = true));
  }

  /** With `allowHalfOpen` it can go on sending when the server has ended its side; `from` is any address of loopback. */
  static async open(
    port: number,
    { allowHalfOpen = false, from = '127.0.0.1' } = {},
  ): Promise<RawConnection> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      localAddress: from,
      noDelay: true,
      allowHalfOpen,
    });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** The same through TLS. */
  static async openTls(port: number, options: ConnectionOptions): Promise<RawConnection> {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options });
    const connection = new RawConnection(socket);
    await once(socket, 'secureConnect');
    return connection;
  }

  /** What TLS has agreed on; undefined without TLS. */
  get tls():
    | Pick<TLSSocket, 'getCipher' | 'getPeerCertificate' | 'getProtocol' | 'isSessionReused'>
    | undefined {
    return this.socket instanceof TLSSocket ? this.socket : undefined;
  }

  send(bytes: string | Buffer): void {
    if (this.socket.writable)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Tells the server that nothing more is to come. */
  finish(): void {
    this.socket.end();
  }

  /** The next answer; undefined when the server closes the connection without one. */
  async next(): Promise<RawResponse | undefined> {
    for (;;) {
      const response = this.take();
      if (response || this.closed) return response;
      await this.change();
    }
  }

  /** Why the connection broke; undefined while it has not, and after an orderly end. */
  get failure(): Error | undefined {
    return this.error;
  }

  /** Resolves when the server has closed the connection; gives what came in besides answers that were taken. */
  async rest(): Promise<string> {
    if (!this.closed) await once(this.socket, 'close');
    return this.received.toString('latin1');
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends it with a reset instead of an orderly close. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  private async change(): Promise<void> {
    const seen = new AbortController();
    const events = ['data', 'close'].map((name) =>
      once(this.socket, name, { signal: seen.signal }),
    );
    await Promise.race(events);
    seen.abort();
  }

  private take(): RawResponse | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.received.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map(headerOf));
    const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0);
    if (this.received.length < bodyEnd) return undefined;
    const body = this.received.toString('utf8', end + 4, bodyEnd);
    this.received = this.received.subarray(bodyEnd);
    return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]), headers, body };
  }
}

/** Sends bytes on a connection of their own, and gives the first answer. */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  { finish = false, from }: { finish?: boolean; from?: string } = {},
): Promise<RawResponse | undefined> {
  const connection = await RawConnection.open(port, { from });
  try {
    connection.send(bytes);
    if (finish) connection.finish();
    return await connection.next();
  } finally {
    connection.destroy();
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

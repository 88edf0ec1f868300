import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A road to a server, from a port of loopback, on which all that a client sends, its goodbye too, takes so long. */
export class SlowRoad {
  private readonly server = createServer({ allowHalfOpen: true }, (client) => this.carry(client));
  private readonly ended: Promise<unknown>[] = [];
  private readonly waiting = new Map<string, () => void>();

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    private readonly delayMs: number,
  ) {}

  static async open(target: { host: string; port: number }, delayMs: number): Promise<SlowRoad> {
    const road = new SlowRoad(target, delayMs);
    await once(road.server.listen(0, '127.0.0.1'), 'listening');
    return road;
  }

  /** Where it begins. */
  get address(): { host: string; port: number } {
    const { address: host, port } = this.server.address() as AddressInfo;
    return { host, port };
  }

  /** Resolves when a client has sent this word; it has not arrived yet. */
  sent(word: string): Promise<void> {
    return new Promise((resolve) => this.waiting.set(word, resolve));
  }

  /** Resolves when the server has been told all that was sent, and has closed its connections. */
  async close(): Promise<void> {
    this.server.close();
    await Promise.all(this.ended);
  }

  private carry(client: Socket): void {
    const upstream = connect({ host: this.target.host, port: this.target.port });
    this.ended.push(once(upstream, 'close'));
    let arrived: Promise<unknown> = Promise.resolve();
    const later = (arrive: () => void) => {
      const due = delay(this.delayMs);
      arrived = arrived.then(() => due).then(arrive);
    };
    client.on('data', (chunk) => {
      later(() => upstream.write(chunk));
      for (const [word, resolve] of this.waiting) if (chunk.includes(word)) resolve();
    });
    client.on('end', () => later(() => upstream.end()));
    upstream.on('data', (chunk) => client.write(chunk));
    upstream.on('end', () => client.end());
  }
}

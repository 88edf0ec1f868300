import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One address before several doors: passes each connection on to the next of them, and to another one when that refuses. */
export class TcpBalancer {
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly ports: readonly number[],
  ) {
    server.on('connection', (client) => this.pass(client, this.turn++, ports.length));
  }

  static async open(ports: readonly number[]): Promise<TcpBalancer> {
    const server = createServer({ pauseOnConnect: true });
    const balancer = new TcpBalancer(server, ports);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private pass(client: Socket, turn: number, triesLeft: number): void {
    const port = this.ports[turn % this.ports.length] ?? 0;
    const door = connect(port, '127.0.0.1');
    door.once('error', () => {
      if (triesLeft > 1) this.pass(client, turn + 1, triesLeft - 1);
      else client.destroy();
    });
    door.once('connect', () => {
      for (const [one, other] of [
        [client, door],
        [door, client],
      ] as const) {
        this.sockets.add(one);
        one.removeAllListeners('error').on('error', () => other.destroy());
        one.once('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A way to Redis, from a port of 127.0.0.1, on which packets can get stuck: what is sent meanwhile waits where it was, and
 * arrives afterwards. A client's connection ends when Redis has closed it.
 */
export class Road {
  private readonly clients: Socket[] = [];
  private firstClosed: Promise<unknown> | undefined;
  private isCut = false;

  static async to(redis: { host: string; port: number }): Promise<Road> {
    const carry = (client: Socket) => road.open(client, connect(redis.port, redis.host));
    const server = createServer({ allowHalfOpen: true }, carry);
    const road: Road = new Road(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return road;
  }

  private constructor(private readonly server: Server) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing that a client sends arrives. */
  cut(): void {
    this.isCut = true;
    for (const client of this.clients) client.pause();
  }

  /** Resolves when all that was stuck on the first connection has arrived, and Redis has had it. */
  async heal(): Promise<void> {
    this.isCut = false;
    for (const client of this.clients) client.resume();
    await this.firstClosed;
  }

  close(): void {
    for (const client of this.clients) client.destroy();
    this.server.close();
  }

  private open(client: Socket, server: Socket): void {
    this.clients.push(client);
    this.firstClosed ??= new Promise((resolve) => client.once('close', resolve));
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => client.write(chunk));
    client.on('end', () => server.end());
    server.on('close', () => client.end());
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    client.on('close', () => server.end());
    if (this.isCut) client.pause();
  }
}

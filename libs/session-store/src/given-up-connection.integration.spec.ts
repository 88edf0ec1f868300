import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startTestRedis, type TestRedis } from '@rollcall/testing';
import { CommandRunner } from './command-runner';
import { connectRedis, type RedisConnection } from './redis-connection';

describe('a connection that is given up', () => {
  let redis: TestRedis;
  let road: Road;
  let connection: RedisConnection;

  beforeAll(async () => {
    redis = await startTestRedis();
    road = await Road.to(redis);
    const config = { url: `redis://127.0.0.1:${road.port}`, keyPrefix: 'test', roll: 'main' };
    connection = connectRedis(config, 'resolve');
    await once(connection, 'ready');
  });

  afterAll(async () => {
    connection.disconnect();
    road.close();
    await redis.stop();
  });

  it('takes along what has not arrived: nothing of it is done when the way is free again', async () => {
    const runner = new CommandRunner(connection, {});
    const operator = redis.client();
    await runner.run('set', () => connection.set('early', '1'));
    road.cut();
    const isUp = () => connection.status === 'ready';
    while (isUp()) {
      await runner.run('set', () => connection.set('late', '1')).catch(() => undefined);
      await setImmediate();
    }
    const ready = once(connection, 'ready');
    await road.heal();
    await ready;
    expect(await operator.mget('early', 'late')).toEqual(['1', null]);
    await runner.run('set', () => connection.set('after', '1'));
    expect(await operator.get('after')).toBe('1');
  });
});

/** A way to Redis on which packets can get stuck: what is sent meanwhile waits where it was, and arrives afterwards. */
class Road {
  private readonly clients: Socket[] = [];
  private firstClosed: Promise<unknown> | undefined;
  private isCut = false;

  static async to(redis: TestRedis): Promise<Road> {
    const server = createServer((client) => road.open(client, connect(redis.port, redis.host)));
    const road: Road = new Road(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return road;
  }

  private constructor(private readonly server: Server) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

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

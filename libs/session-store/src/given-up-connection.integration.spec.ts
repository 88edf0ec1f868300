import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Road, startTestRedis, type TestRedis } from '@rollcall/testing';
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

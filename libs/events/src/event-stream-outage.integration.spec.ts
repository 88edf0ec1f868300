import { Logger } from '@nestjs/common';
import { startTestRedis, type TestRedis } from '@rollcall/testing';
import { Subscriber, type Handler } from './testing/subscriber';

const STREAM = 'test:{roll}:events';

describe('the event stream in an outage of Redis', () => {
  let redis: TestRedis;
  let subscriber: Subscriber;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    redis = await startTestRedis({ persistence: 'always' });
  });

  afterEach(async () => {
    await subscriber.server.close();
    await redis.stop();
  });

  async function publish(...sessions: string[]): Promise<void> {
    const publisher = redis.client({ maxRetriesPerRequest: null });
    for (const session of sessions) {
      const fields = ['at', '1', 'server', 'gpu-1', 'session', session];
      await publisher.xadd(STREAM, '*', 'type', 'session.opened', ...fields);
    }
  }

  function subscribe(handler?: Handler): void {
    const connect = () =>
      redis.client({
        maxRetriesPerRequest: null,
        retryStrategy: (attempt) => Math.min(50 * attempt, 500),
      });
    const name = { stream: STREAM, group: 'bookkeeping', consumer: 'c1' };
    subscriber = new Subscriber({ ...name, connect, redeliverAfterMs: 500 }, handler);
  }

  async function start(handler?: Handler): Promise<void> {
    subscribe(handler);
    await publish('before');
    await subscriber.has(1);
  }

  function disconnected(): Promise<void> {
    return new Promise((resolve) => {
      subscriber.server.status.subscribe((status) => {
        if (status === 'disconnected') resolve();
      });
    });
  }

  it('starts while Redis is away', async () => {
    await redis.kill();
    subscribe();
    await redis.restart();
    await publish('a');
    await subscriber.has(1);
    expect(subscriber.given).toEqual(['a']);
  });

  it('goes on where it was when Redis comes back with its data', async () => {
    await start();
    await redis.kill();
    await redis.restart();
    await publish('after');
    await subscriber.has(2);
    expect(subscriber.given).toEqual(['before', 'after']);
  });

  it('misses nothing when Redis comes back empty', async () => {
    await start();
    await redis.kill();
    await redis.restart({ empty: true });
    await publish('first of the new stream', 'second');
    await subscriber.has(3);
    expect(subscriber.given).toEqual(['before', 'first of the new stream', 'second']);
    expect(subscriber.missed).toBe(0);
  });

  it('delivers again what could not be acknowledged', async () => {
    let outages = 0;
    let published = Promise.resolve();
    await start(async ({ session }) => {
      await published;
      if (session === 'unlucky' && outages++ === 0) await redis.kill();
    });
    const down = disconnected();
    published = publish('unlucky');
    await down;
    await redis.restart();
    await subscriber.has(2);
    expect(subscriber.given).toEqual(['before', 'unlucky', 'unlucky']);
  });

  it('outlives a Redis that hangs for longer than a read may take', async () => {
    await start();
    const down = disconnected();
    await redis.pause();
    await down;
    await redis.resume();
    await publish('after');
    await subscriber.has(2);
    expect(subscriber.given).toEqual(['before', 'after']);
  });

  it('closes at once while Redis is away', async () => {
    await start();
    await redis.kill();
    const startedAt = performance.now();
    await subscriber.server.close();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

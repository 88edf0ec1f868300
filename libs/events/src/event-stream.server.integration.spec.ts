import { Logger } from '@nestjs/common';
import { Road, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { once, EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { throwError } from 'rxjs';
import type { EventStreamOptions } from './event-stream.server';
import { Subscriber, type Handler } from './testing/subscriber';

const STREAM = 'test:{roll}:events';
const GROUP = 'bookkeeping';

describe('the event stream as a transport', () => {
  let redis: TestRedis;
  let publisher: Redis;
  const subscribers: Subscriber[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    redis = await startTestRedis();
    publisher = redis.client();
  });

  afterAll(() => redis.stop());

  beforeEach(() => publisher.flushall());

  afterEach(async () => {
    await Promise.all(subscribers.splice(0).map(({ server }) => server.close()));
  });

  const connect = () => redis.client({ maxRetriesPerRequest: null });

  function subscribe(handler?: Handler, options: Partial<EventStreamOptions> = {}): Subscriber {
    const subscriber = new Subscriber(
      { stream: STREAM, group: GROUP, consumer: `c${subscribers.length}`, connect, ...options },
      handler,
    );
    subscribers.push(subscriber);
    return subscriber;
  }

  async function publish(...sessions: string[]): Promise<void> {
    for (const session of sessions) {
      const fields = ['at', '1763716800000', 'server', 'gpu-1', 'session', session];
      await publisher.xadd(STREAM, '*', 'type', 'session.opened', ...fields);
    }
  }

  async function pending(): Promise<number> {
    const [count] = (await publisher.xpending(STREAM, GROUP)) as [number];
    return count;
  }

  async function consumers(): Promise<string[]> {
    const flat = (await publisher.xinfo('CONSUMERS', STREAM, GROUP)) as string[][];
    return flat.map(([, name = '']) => name);
  }

  it('delivers the typed payload in the stream’s order, and acknowledges', async () => {
    const payloads: unknown[] = [];
    const subscriber = subscribe((payload, { type, deliveries }) => {
      payloads.push({ ...payload, type, deliveries });
    });
    await publish('a', 'b', 'c');
    await subscriber.has(3);
    expect(subscriber.given).toEqual(['a', 'b', 'c']);
    const rest = { at: 1763716800000, server: 'gpu-1', type: 'session.opened', deliveries: 1 };
    expect(payloads[0]).toEqual({ session: 'a', ...rest });
    expect(await pending()).toBe(0);
  });

  it('does not acknowledge before the handler has succeeded', async () => {
    const release = new EventEmitter();
    const subscriber = subscribe(() => once(release, 'go'));
    await publish('a');
    await subscriber.until(() => subscriber.given.length === 1);
    expect(await pending()).toBe(1);
    release.emit('go');
    await subscriber.has(1);
    expect(await pending()).toBe(0);
  });

  it('acknowledges what it has read together in one command', async () => {
    const sessions = Array.from({ length: 30 }, (_, index) => `s${index}`);
    await publish(...sessions);
    await publisher.config('RESETSTAT');
    const subscriber = subscribe();
    await subscriber.has(30);
    expect(subscriber.given).toEqual(sessions);
    expect(await publisher.info('commandstats')).toMatch(/^cmdstat_xack:calls=1,/m);
    expect(await pending()).toBe(0);
  });

  it('acknowledges what slow handlers have done before it goes on', async () => {
    const release = new EventEmitter();
    const handler: Handler = ({ session }) => (session === 'a' ? delay(30) : once(release, 'go'));
    const subscriber = subscribe(handler, { redeliverAfterMs: 100 });
    await publish('a', 'b');
    await subscriber.until(() => subscriber.given.includes('b'));
    expect(await pending()).toBe(1);
    release.emit('go');
    await subscriber.has(2);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['returns an observable that fails', () => throwError(() => new Error('no'))],
  ])('delivers again what a handler %s on, and goes on meanwhile', async (_how, failure) => {
    const failing = new Set(['b']);
    const subscriber = subscribe(({ session }) => (failing.delete(session) ? failure() : 'ok'), {
      redeliverAfterMs: 100,
    });
    await publish('a', 'b', 'c');
    await subscriber.has(4);
    expect(subscriber.given).toEqual(['a', 'b', 'c', 'b']);
    expect(subscriber.verdicts()).toEqual(['handled', 'failed', 'handled', 'handled']);
    expect(await pending()).toBe(0);
  });

  it('passes a poison event over after a bounded number of deliveries', async () => {
    const deliveries: number[] = [];
    const subscriber = subscribe(
      (_payload, context) => {
        deliveries.push(context.deliveries);
        throw new Error('poison');
      },
      { redeliverAfterMs: 60, deliveriesMax: 3 },
    );
    await publish('a');
    await subscriber.until(() => subscriber.verdicts().includes('given-up'));
    expect(subscriber.verdicts()).toEqual(['failed', 'failed', 'given-up']);
    expect(deliveries).toEqual([1, 2, 3]);
    expect(await pending()).toBe(0);
  });

  it('passes an event over that ended so many processes before it could be judged', async () => {
    await publish('a');
    await publisher.xgroup('CREATE', STREAM, GROUP, '0');
    await publisher.xreadgroup('GROUP', GROUP, 'crashed', 'STREAMS', STREAM, '>');
    for (let crashes = 0; crashes < 2; crashes++) {
      await publisher.xautoclaim(STREAM, GROUP, 'crashed', 0, '0-0');
    }
    const subscriber = subscribe(undefined, { redeliverAfterMs: 60, deliveriesMax: 3 });
    await subscriber.has(1);
    expect(subscriber.verdicts()).toEqual(['given-up']);
    expect(subscriber.given).toEqual([]);
  });

  it('acknowledges what it does not know, cannot read, or does not listen to', async () => {
    const subscriber = subscribe();
    await publisher.xadd(STREAM, '*', 'type', 'server.painted', 'at', '1', 'colour', 'red');
    await publisher.xadd(STREAM, '*', 'type', 'session.opened', 'at', 'yesterday');
    await publisher.xadd(STREAM, '*', 'no', 'type');
    await publisher.xadd(
      STREAM,
      '*',
      'type',
      'server.joined',
      'at',
      '1',
      'server',
      'a',
      'reason',
      'new',
    );
    await subscriber.has(4);
    expect(subscriber.delivered).toEqual([
      { type: 'other', verdict: 'unknown' },
      { type: 'session.opened', verdict: 'malformed' },
      { type: 'other', verdict: 'unknown' },
      { type: 'server.joined', verdict: 'unheard' },
    ]);
    expect(await pending()).toBe(0);
  });

  it('claims what a dead consumer was given, and then forgets the dead consumer', async () => {
    await publish('a', 'b');
    await publisher.xgroup('CREATE', STREAM, GROUP, '0');
    await publisher.xreadgroup('GROUP', GROUP, 'dead', 'STREAMS', STREAM, '>');
    const subscriber = subscribe(undefined, { redeliverAfterMs: 100, consumerKeptMs: 300 });
    await publish('c');
    await subscriber.has(3);
    expect([...subscriber.given].sort()).toEqual(['a', 'b', 'c']);
    expect(await pending()).toBe(0);
    for (let deliveries = 4; (await consumers()).includes('dead'); deliveries += 1) {
      await publish('still there');
      await subscriber.has(deliveries);
    }
    expect(await consumers()).toEqual(['c0']);
  });

  it('keeps a dead consumer as long as it holds something that is not due yet', async () => {
    await publish('a');
    await publisher.xgroup('CREATE', STREAM, GROUP, '0');
    await publisher.xreadgroup('GROUP', GROUP, 'dead', 'STREAMS', STREAM, '>');
    const subscriber = subscribe(undefined, { consumerKeptMs: 0 });
    await publish('b');
    await subscriber.has(1);
    expect(await consumers()).toEqual(['c0', 'dead']);
    expect(await pending()).toBe(1);
  });

  it('gives each event to one consumer of a group, and to every group', async () => {
    const both = [subscribe(), subscribe()];
    const other = subscribe(undefined, { group: 'another' });
    const sessions = Array.from({ length: 100 }, (_, index) => `s${index}`);
    await publish(...sessions);
    await other.has(100);
    const given = () => both.flatMap((subscriber) => subscriber.given);
    await Promise.race(both.map((subscriber) => subscriber.until(() => given().length >= 100)));
    expect(given().sort()).toEqual([...sessions].sort());
    expect(other.given).toEqual(sessions);
  });

  it('misses nothing that was published while it was away', async () => {
    const first = subscribe();
    await publish('a');
    await first.has(1);
    await first.server.close();
    await publish('b', 'c');
    const second = subscribe();
    await second.has(2);
    expect(second.given).toEqual(['b', 'c']);
    expect(second.missed).toBe(0);
  });

  it('says once, and to one consumer, how many events were trimmed away unseen', async () => {
    const first = subscribe();
    await publish('a', 'b');
    await first.has(2);
    await first.server.close();
    await publish('c', 'd', 'e', 'f');
    await publisher.xtrim(STREAM, 'MAXLEN', 1);
    const [second, third] = [subscribe(), subscribe()];
    await Promise.race([second, third].map((subscriber) => subscriber.has(1)));
    expect(second.missed + third.missed).toBe(3);
    expect([...second.given, ...third.given]).toEqual(['f']);

    await Promise.all([second, third].map(({ server }) => server.close()));
    await publish('g');
    await publisher.xtrim(STREAM, 'MAXLEN', 1);
    const fourth = subscribe();
    await fourth.has(1);
    expect(fourth.missed).toBe(0);
  });

  it('says how many events were trimmed away that somebody had been given and not handled', async () => {
    await publish('a', 'b');
    await publisher.xgroup('CREATE', STREAM, GROUP, '0');
    await publisher.xreadgroup('GROUP', GROUP, 'dead', 'STREAMS', STREAM, '>');
    await publisher.xtrim(STREAM, 'MAXLEN', 1);
    const subscriber = subscribe(undefined, { redeliverAfterMs: 60 });
    await subscriber.has(1);
    expect(subscriber.given).toEqual(['b']);
    expect(subscriber.missed).toBe(1);
  });

  it('does not count what was trimmed away before the group was born', async () => {
    await publish('a', 'b', 'c');
    await publisher.xtrim(STREAM, 'MAXLEN', 1);
    const subscriber = subscribe();
    await subscriber.has(1);
    await publish('d');
    await subscriber.has(2);
    expect(subscriber.given).toEqual(['c', 'd']);
    expect(subscriber.missed).toBe(0);
  });

  it('goes on after FLUSHALL without missing the first new event', async () => {
    const subscriber = subscribe();
    await publish('a');
    await subscriber.has(1);
    await publisher.flushall();
    await publish('b');
    await subscriber.has(2);
    expect(subscriber.given).toEqual(['a', 'b']);
    expect(subscriber.missed).toBe(0);
  });

  it('ends the wait for events at once on close, and leaves no consumer behind', async () => {
    const subscriber = subscribe();
    await publish('a');
    await subscriber.has(1);
    const startedAt = performance.now();
    await subscriber.server.close();
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(await consumers()).toEqual([]);
  });

  it('has closed only when its last read has come to Redis, which may make the consumer anew', async () => {
    await publish('a');
    const road = await Road.to(redis);
    const way = { host: '127.0.0.1', port: road.port, lazyConnect: true, disconnectTimeout: 2_000 };
    const reader = redis.client({ ...way, maxRetriesPerRequest: null });
    const connections = [connect(), reader];
    const { server } = subscribe(undefined, { connect: () => connections.shift() ?? connect() });
    await once(reader, 'ready');
    road.cut();
    const healed = delay(200).then(() => road.heal());
    await server.close();
    expect(await pending()).toBe(1);
    await healed;
    road.close();
  });

  it('waits on close for the handler in flight, and acknowledges its event', async () => {
    const release = new EventEmitter();
    const subscriber = subscribe(() => once(release, 'go'));
    await publish('a');
    await subscriber.until(() => subscriber.given.length === 1);
    const closed = subscriber.server.close();
    expect(await pending()).toBe(1);
    release.emit('go');
    await closed;
    expect(await pending()).toBe(0);
  });

  it('closes in bounded time when a handler never ends, and its event stays pending', async () => {
    const subscriber = subscribe(() => new Promise(() => undefined));
    await publish('a');
    await subscriber.until(() => subscriber.given.length === 1);
    await subscriber.server.close();
    expect(await pending()).toBe(1);
  });

  it('can be closed before it was ever started or connected', async () => {
    await redis.pause();
    const subscriber = subscribe();
    const startedAt = performance.now();
    await subscriber.server.close();
    expect(performance.now() - startedAt).toBeLessThan(500);
    await redis.resume();
  });
});

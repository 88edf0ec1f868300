import { startTestRedis, until, type TestRedis } from '@rollcall/testing';
import { readEvents } from './read-events';
import type { StreamEntry } from './stream-entry';

const STREAM = 'test:{roll}:events';

describe('reading events without a group', () => {
  let redis: TestRedis;
  let abort: AbortController;

  beforeEach(async () => {
    redis = await startTestRedis({ persistence: 'always' });
    abort = new AbortController();
  });

  afterEach(async () => {
    abort.abort();
    await redis.stop();
  });

  const connect = () =>
    redis.client({
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    });

  const read = (from?: string) =>
    readEvents({ stream: STREAM, connect, from, signal: abort.signal });

  async function publish(session: string, id = '*'): Promise<string> {
    const publisher = redis.client({ maxRetriesPerRequest: null });
    return (await publisher.xadd(STREAM, id, 'type', 'session.opened', 'session', session)) ?? '';
  }

  async function next(events: AsyncGenerator<StreamEntry, void>): Promise<string | undefined> {
    const { value } = await events.next();
    return value ? value.fields['session'] : undefined;
  }

  /** The blocked reads that Redis has; a reader that waits is one. */
  async function untilBlocked(): Promise<void> {
    const observer = redis.client();
    await until('somebody reads', async () =>
      (await observer.info('clients')).includes('blocked_clients:1'),
    );
    observer.disconnect();
  }

  /** A blocked read ends after five seconds without an event, and another begins. */
  async function untilReadAgain(): Promise<void> {
    const observer = redis.client();
    const reads = async () =>
      /cmdstat_xread:calls=(\d+)/.exec(await observer.info('commandstats'))?.[1];
    const before = await reads();
    await until('somebody reads again', async () => (await reads()) !== before);
    observer.disconnect();
    await untilBlocked();
  }

  it('gives what the stream still holds and then what comes', async () => {
    const id = await publish('a');
    await publish('b');
    const events = read('0');
    expect((await events.next()).value).toEqual({
      id,
      type: 'session.opened',
      fields: { session: 'a' },
    });
    expect(await next(events)).toBe('b');
    const third = next(events);
    await untilBlocked();
    await publish('c');
    expect(await third).toBe('c');
  });

  it('gives only what comes from now on when nothing else is asked for', async () => {
    await publish('old');
    const events = read();
    const first = next(events);
    await untilBlocked();
    await publish('new');
    expect(await first).toBe('new');
  });

  it('goes on after an id, also one at which nothing was written', async () => {
    await publish('a', '1000-0');
    await publish('b', '2000-0');
    expect(await next(read('1500-0'))).toBe('b');
  });

  it('does not start over because nothing has happened since the moment it was asked for', async () => {
    await publish('old', '1000-0');
    const events = read('5000-0');
    const first = next(events);
    await untilBlocked();
    await untilReadAgain();
    await publish('new', '6000-0');
    expect(await first).toBe('new');
  });

  it('resumes after the event it gave last when Redis was restarted', async () => {
    await publish('a');
    const events = read('0');
    expect(await next(events)).toBe('a');
    const following = next(events);
    await untilBlocked();
    await redis.kill();
    await redis.restart();
    await publish('b');
    expect(await following).toBe('b');
  });

  it('starts with the new stream when Redis comes back empty, its clock behind', async () => {
    const farAhead = `${Date.now() + 3_600_000}-0`;
    await publish('a', farAhead);
    const events = read('0');
    expect(await next(events)).toBe('a');
    const following = next(events);
    await untilBlocked();
    await redis.restart({ empty: true });
    await publish('b');
    expect(await following).toBe('b');
  });

  it('tells how many events were trimmed away before they were read', async () => {
    const [missed, late] = [[] as number[], [] as string[]];
    const watched = readEvents({
      ...{ stream: STREAM, connect, signal: abort.signal },
      missed: (events) => missed.push(events),
      startsLate: (id) => late.push(id),
    });
    const first = next(watched);
    await untilBlocked();
    await publish('a');
    expect(await first).toBe('a');
    for (const session of ['b', 'c', 'd']) await publish(session);
    await redis.client().xtrim(STREAM, 'MAXLEN', 1);
    expect(await next(watched)).toBe('d');
    expect(missed).toEqual([2]);

    const fifth = next(watched);
    await untilBlocked();
    await publish('e');
    expect(await fifth).toBe('e');
    expect(missed).toEqual([2]);
    expect(late).toEqual([]);
  });

  it('tells at the start that the stream no longer holds what was asked for', async () => {
    const since = await publish('a');
    await publish('b');
    const oldest = await publish('c');
    const late: string[] = [];
    const from = async (id: string) => {
      const events = readEvents({
        ...{ stream: STREAM, connect, from: id, signal: abort.signal },
        startsLate: (oldestId) => late.push(oldestId),
      });
      return next(events);
    };
    expect(await from(since)).toBe('b');
    expect(late).toEqual([]);
    await redis.client().xtrim(STREAM, 'MAXLEN', 1);
    expect(await from('0')).toBe('c');
    expect(late).toEqual([]);
    expect(await from(since)).toBe('c');
    expect(late).toEqual([oldest]);
  });

  it('waits for a Redis that is away when it starts', async () => {
    await redis.kill();
    const first = next(read('0'));
    await redis.restart();
    await publish('a');
    expect(await first).toBe('a');
  });

  it('ends at once when the signal aborts, and when its reader stops', async () => {
    const ended = next(read());
    await untilBlocked();
    abort.abort();
    expect(await ended).toBeUndefined();

    abort = new AbortController();
    await publish('a');
    for await (const { fields } of read('0')) {
      expect(fields).toEqual({ session: 'a' });
      break;
    }
  });

  it('ends at once while Redis is away', async () => {
    await redis.kill();
    const ended = next(read());
    abort.abort();
    expect(await ended).toBeUndefined();
  });

  it('says so when the key is no stream', async () => {
    await redis.client().set(STREAM, 'something else');
    await expect(next(read('0'))).rejects.toThrow('WRONGTYPE');
  });
});

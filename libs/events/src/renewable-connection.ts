import { setMaxListeners } from 'node:events';
import type { Cluster, Redis } from 'ioredis';

const REPLY_ERROR = 'ReplyError';

/** A connection to a stream's server, whichever way it is run. */
export type StreamConnection = Redis | Cluster;

/**
 * A connection that is given up for a new one when a command gets no answer in time: a half-open socket never closes by
 * itself, and a blocking read that ioredis repeats after a reconnect would hand its entries to nobody.
 */
export class RenewableConnection {
  private redis: StreamConnection | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly connect: () => StreamConnection) {
    // Each command under way listens.
    setMaxListeners(0, this.closing.signal);
  }

  /** The connection as it is now; opened when there is none. */
  current(): StreamConnection {
    if (this.closing.signal.aborted) throw closed();
    return (this.redis ??= this.connect());
  }

  /** Runs a command; rejects with its error reply, or when there is no answer in time. */
  async run<T>(deadlineMs: number, command: (redis: StreamConnection) => Promise<T>): Promise<T> {
    const redis = this.current();
    try {
      return await answered(deadlineMs, this.closing.signal, command(redis));
    } catch (error) {
      if (!isErrorReply(error)) this.giveUp(redis);
      throw error;
    }
  }

  /** From now on nothing waits for Redis to come back: it ends as soon as it is not up. */
  closeWhenDown(): void {
    if (this.redis?.status === 'ready') this.redis.once('close', () => this.close());
    else this.close();
  }

  /** Ends it for good, and with it whatever waits for an answer. */
  close(): void {
    this.closing.abort();
    this.redis?.disconnect();
  }

  /**
   * The same; resolves when Redis has closed its side too, and has done by then whatever was on its way to it. One that is
   * gone is given up after ioredis's `disconnectTimeout`.
   */
  async closeInOrder(): Promise<void> {
    const ended = this.redis && allEnded(this.redis);
    this.close();
    await ended;
  }

  private giveUp(redis: StreamConnection): void {
    if (this.redis === redis) this.redis = undefined;
    redis.disconnect();
  }
}

/** Whether Redis itself answered with an error; anything else is a matter of the connection. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && error.name === REPLY_ERROR;
}

function closed(): Error {
  return new Error('the connection to the event stream is closed');
}

/** A cluster itself ends with the first of its nodes. Nothing is on its way over a connection that is not up. */
async function allEnded(redis: StreamConnection): Promise<void> {
  const connections = redis.isCluster ? (redis as Cluster).nodes() : [redis as Redis];
  const up = connections.filter(({ status }) => status === 'ready');
  await Promise.all(up.map((each) => new Promise<void>((resolve) => each.once('end', resolve))));
}

/** Closing a connection that is about to reconnect leaves its commands pending: hence the signal. */
async function answered<T>(deadlineMs: number, closing: AbortSignal, answer: Promise<T>) {
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const none = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(closed());
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    closing.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([answer, none]);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', giveUp);
  }
}

import { BackOff } from './back-off';
import { isErrorReply, RenewableConnection, type StreamConnection } from './renewable-connection';
import { entriesOfReply, type StreamEntry } from './stream-entry';

/** What is read, and from where on. */
export interface EventReading {
  readonly stream: string;
  /** Opens a connection that waits for ever; called again when one no longer answers. */
  readonly connect: () => StreamConnection;
  /** An id to read after: `0` for all that the stream still holds, `$` (the default) for what comes from now on. */
  readonly from?: string;
  /** Ends the reading, at once. */
  readonly signal: AbortSignal;
}

const FIRST_ID = '0-0';
const BATCH_SIZE_MAX = 100;
const BLOCK_MS = 5_000;
const ANSWER_MS = 2_000;

/** Error replies that pass: Redis is loading, is no master at the moment, or has lost the stream under a waiting reader. */
const PASSING =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|READONLY|NOREPLICAS|MISCONF)\b/;

/**
 * Reads events for a person who watches: without a group, so it takes nothing from anybody. Waits through outages and goes
 * on after the event it gave last, also when the stream has begun anew.
 * @throws the error reply when Redis refuses to let the stream be read.
 */
export async function* readEvents({
  stream,
  connect,
  from = '$',
  signal,
}: EventReading): AsyncGenerator<StreamEntry, void, void> {
  const connection = new RenewableConnection(connect);
  const backOff = new BackOff();
  const close = () => connection.close();
  signal.addEventListener('abort', close);
  let last = from === '$' ? undefined : from;
  let seen = last === undefined;
  try {
    while (!signal.aborted) {
      let entries: StreamEntry[];
      try {
        last ??= await lastId(connection, stream);
        entries = await entriesAfter(connection, stream, last);
        if (entries.length === 0 && seen && isBefore(await lastId(connection, stream), last)) {
          last = FIRST_ID;
        }
        backOff.reset();
      } catch (error) {
        if (signal.aborted) return;
        if (isErrorReply(error) && !PASSING.test(error.message)) throw error;
        await backOff.pause(signal);
        continue;
      }
      for (const entry of entries) {
        last = entry.id;
        seen = true;
        yield entry;
        if (signal.aborted) return;
      }
    }
  } finally {
    signal.removeEventListener('abort', close);
    connection.close();
  }
}

async function entriesAfter(
  connection: RenewableConnection,
  stream: string,
  id: string,
): Promise<StreamEntry[]> {
  const reply = await connection.run(BLOCK_MS + ANSWER_MS, (redis) =>
    redis.xread('COUNT', BATCH_SIZE_MAX, 'BLOCK', BLOCK_MS, 'STREAMS', stream, id),
  );
  return entriesOfReply(reply);
}

/** The id of the last event that was ever written; before all others when there is no stream. */
async function lastId(connection: RenewableConnection, stream: string): Promise<string> {
  try {
    const reply = await connection.run(ANSWER_MS, (redis) => redis.xinfo('STREAM', stream));
    const flat = reply as unknown[];
    return String(flat[flat.indexOf('last-generated-id') + 1]);
  } catch (error) {
    if (isErrorReply(error) && error.message.startsWith('ERR no such key')) return FIRST_ID;
    throw error;
  }
}

/** Where the last id lies before one that was seen, the stream has begun anew, by a clock that went back. */
function isBefore(id: string, seen: string): boolean {
  const [ms, count] = parts(id);
  const [seenMs, seenCount] = parts(seen);
  return ms < seenMs || (ms === seenMs && count < seenCount);
}

function parts(id: string): [ms: number, count: number] {
  const [ms = '0', count = '0'] = id.split('-');
  return [Number(ms), Number(count)];
}

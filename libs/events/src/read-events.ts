import { BackOff } from './back-off';
import { isErrorReply, RenewableConnection, type StreamConnection } from './renewable-connection';
import { entriesOfReply, type StreamEntry } from './stream-entry';
import {
  FIRST_ID,
  isBefore,
  NO_STREAM,
  StreamPosition,
  streamState,
  type StreamState,
} from './stream-position';

/** What is read, and from where on. */
export interface EventReading {
  readonly stream: string;
  /** Opens a connection that waits for ever; called again when one no longer answers. */
  readonly connect: () => StreamConnection;
  /** An id to read after: `0` for all that the stream still holds, `$` (the default) for what comes from now on. */
  readonly from?: string;
  /** Ends the reading, at once. */
  readonly signal: AbortSignal;
  /** Told before the next event how many were trimmed away before they were read. */
  readonly missed?: (events: number) => void;
  /** Told at the start that the stream no longer holds all that was asked for: the id of the oldest event it does. */
  readonly startsLate?: (oldestId: string) => void;
}

const FROM_NOW_ON = '$';
const ALL = '0';
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
export async function* readEvents(reading: EventReading): AsyncGenerator<StreamEntry, void, void> {
  const { stream, signal } = reading;
  const connection = new RenewableConnection(reading.connect);
  const backOff = new BackOff();
  const position = new StreamPosition();
  const close = () => connection.close();
  signal.addEventListener('abort', close);
  let last: string | undefined;
  let seen = false;
  try {
    while (!signal.aborted) {
      let entries: StreamEntry[];
      let missed = 0;
      try {
        if (last === undefined) {
          last = start(reading, position, await stateOf(connection, stream));
          seen = reading.from === undefined || reading.from === FROM_NOW_ON;
        }
        entries = await entriesAfter(connection, stream, last);
        const state = await stateOf(connection, stream);
        position.read(entries.length);
        missed = position.missed(entries.at(-1)?.id ?? last, state);
        if (entries.length === 0 && seen && isBefore(state.lastId, last)) {
          last = FIRST_ID;
          position.startAt(NO_STREAM);
        }
        backOff.reset();
      } catch (error) {
        if (signal.aborted) return;
        if (isErrorReply(error) && !PASSING.test(error.message)) throw error;
        await backOff.pause(signal);
        continue;
      }
      if (missed > 0) reading.missed?.(missed);
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

/** The id to read after. */
function start(
  { from = FROM_NOW_ON, startsLate }: EventReading,
  position: StreamPosition,
  state: StreamState,
): string {
  if (from === FROM_NOW_ON) {
    position.startAt(state);
    return state.lastId;
  }
  const { oldestId, held } = state;
  if (from !== ALL && oldestId !== undefined && held < state.added && isBefore(from, oldestId))
    startsLate?.(oldestId);
  return from;
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

async function stateOf(connection: RenewableConnection, stream: string): Promise<StreamState> {
  try {
    return streamState(await connection.run(ANSWER_MS, (redis) => redis.xinfo('STREAM', stream)));
  } catch (error) {
    if (isErrorReply(error) && error.message.startsWith('ERR no such key')) return NO_STREAM;
    throw error;
  }
}

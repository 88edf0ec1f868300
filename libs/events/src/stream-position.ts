/** How far a stream has come, as Redis counts it. */
export interface StreamState {
  /** Id of the last entry that was ever written; before all others when there is no stream. */
  readonly lastId: string;
  /** How many were ever written. */
  readonly added: number;
  /** How many are left. */
  readonly held: number;
  /** Id of the oldest entry that is left. */
  readonly oldestId?: string;
}

/** The id before all others. */
export const FIRST_ID = '0-0';

/** Before the first entry. */
export const NO_STREAM: StreamState = { lastId: FIRST_ID, added: 0, held: 0 };

/** Reads what XINFO STREAM says: names and values in turn. */
export function streamState(reply: unknown): StreamState {
  const flat = reply as unknown[];
  const field = (name: string) => flat[flat.indexOf(name) + 1];
  const oldest = field('first-entry') as [string] | null;
  return {
    lastId: String(field('last-generated-id')),
    added: Number(field('entries-added')),
    held: Number(field('length')),
    ...(oldest && { oldestId: oldest[0] }),
  };
}

export function isBefore(id: string, other: string): boolean {
  const [ms, count] = parts(id);
  const [otherMs, otherCount] = parts(other);
  return ms < otherMs || (ms === otherMs && count < otherCount);
}

/**
 * Where a reader stands in a stream, and how many entries were trimmed away before it had read them: those that were
 * written between two moments at which it had read everything, without the ones it was given.
 */
export class StreamPosition {
  private addedAtEnd: number | undefined;
  private readSince = 0;

  /** The reader stands at the end of the stream. */
  startAt({ added }: StreamState): void {
    this.addedAtEnd = added;
    this.readSince = 0;
  }

  /** So many entries were read; resolves nothing before the reader is at the end again. */
  read(entries: number): void {
    this.readSince += entries;
  }

  /** How many were missed, if the reader is at the end now. */
  missed(last: string, state: StreamState): number {
    if (state.lastId !== last) return 0;
    const missed =
      this.addedAtEnd === undefined ? 0 : state.added - this.addedAtEnd - this.readSince;
    this.startAt(state);
    return Math.max(0, missed);
  }
}

function parts(id: string): [ms: number, count: number] {
  const [ms = '0', count = '0'] = id.split('-');
  return [Number(ms), Number(count)];
}

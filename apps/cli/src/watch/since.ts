import { parseDuration } from '../output/duration';

/** Where a reader of the event stream starts. */
export type Since =
  /** After an event, by its id; `0` is before them all. */
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'ago'; readonly durationMs: number };

const STREAM_ID = /^\d{1,20}(-\d{1,20})?$/;

/** Reads `--since`; undefined when it is neither an id nor a duration. */
export function parseSince(text: string): Since | undefined {
  if (STREAM_ID.test(text)) return { kind: 'id', id: text };
  const durationMs = parseDuration(text);
  return durationMs === undefined ? undefined : { kind: 'ago', durationMs };
}

/** The stream id to read after; ids start with the moment, by the store's clock. */
export function startId(since: Since, storeNowMs: number): string {
  return since.kind === 'id' ? since.id : `${Math.max(0, storeNowMs - since.durationMs)}-0`;
}

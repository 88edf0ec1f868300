/** An entry of the event stream, as it was written: flat text. */
export interface StreamEntry {
  /** The stream's own id: rises with time, and tells where to go on reading. */
  readonly id: string;
  /** The event's type; of a newer service maybe one that is not known here. */
  readonly type: string;
  /** Everything else the entry says. */
  readonly fields: Readonly<Record<string, string>>;
}

type RawEntry = readonly [id: string, fields: readonly string[] | null];
type RawStream = readonly [key: string, entries: readonly RawEntry[]];

/** Entries of one stream, out of the reply to XREAD or XREADGROUP; no reply means no entries. */
export function entriesOfReply(reply: unknown): StreamEntry[] {
  const [stream] = (reply ?? []) as readonly RawStream[];
  return entriesOf(stream?.[1] ?? []);
}

/** Entries out of a list of them; one that was trimmed away while it was pending has no fields, and is left out. */
export function entriesOf(raw: unknown): StreamEntry[] {
  return (raw as readonly RawEntry[]).flatMap(([id, fields]) =>
    fields === null ? [] : [toEntry(id, fields)],
  );
}

function toEntry(id: string, flat: readonly string[]): StreamEntry {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields[flat[index] as string] = flat[index + 1] as string;
  }
  const { type = '', ...rest } = fields;
  return { id, type, fields: rest };
}

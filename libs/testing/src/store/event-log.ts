/** One event as a flat record of texts, the way a stream entry holds it. */
export type FlatEvent = Record<string, string>;

/** The events of a roll, in the order they happened. */
export class EventLog {
  private readonly entries: FlatEvent[] = [];

  publish(type: string, atMs: number, fields: Readonly<Record<string, string | number>>): void {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
    this.entries.push({ type, at: String(atMs), ...Object.fromEntries(texts) });
  }

  all(): FlatEvent[] {
    return this.entries.map((entry) => ({ ...entry }));
  }
}

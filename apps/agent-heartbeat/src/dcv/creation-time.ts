const LENGTH_MAX = 64;
const SECOND_MS = 1_000;

/** Reads a time as `dcv` prints it, in milliseconds since 1970; undefined when there is none. */
export function parseCreationTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > LENGTH_MAX) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Whether two times mean the same moment: `dcv` prints them with microseconds, or without the part of the second. */
export function isSameMoment(oneMs: number, otherMs: number): boolean {
  const isRough = oneMs % SECOND_MS === 0 || otherMs % SECOND_MS === 0;
  return isRough ? Math.abs(oneMs - otherMs) < SECOND_MS : oneMs === otherMs;
}

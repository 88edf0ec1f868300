/** A stretch of the store's time within which something happened. */
export interface Moments {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What an observer who knows a moment only roughly can say. */
export type Certainty = 'yes' | 'no' | 'maybe';

/** The same stretch, so much later. */
export function later({ fromMs, toMs }: Moments, ms: number): Moments {
  return { fromMs: fromMs + ms, toMs: toMs + ms };
}

/** Whether `now` is before `end`. */
export function isBefore(now: Moments, end: Moments): Certainty {
  if (now.toMs < end.fromMs) return 'yes';
  return now.fromMs >= end.toMs + 1 ? 'no' : 'maybe';
}

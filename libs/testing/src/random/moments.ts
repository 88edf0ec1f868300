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

export function not(certainty: Certainty): Certainty {
  if (certainty === 'maybe') return 'maybe';
  return certainty === 'yes' ? 'no' : 'yes';
}

export function both(one: Certainty, other: Certainty): Certainty {
  if (one === 'no' || other === 'no') return 'no';
  return one === 'yes' && other === 'yes' ? 'yes' : 'maybe';
}

export function either(one: Certainty, other: Certainty): Certainty {
  return not(both(not(one), not(other)));
}

/** Milliseconds of a clock that never jumps: `() => number`. */
export const MONOTONIC_CLOCK = Symbol('MONOTONIC_CLOCK');

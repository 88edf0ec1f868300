/** Milliseconds of a clock that never jumps: `() => number`. */
export const MONOTONIC_CLOCK = Symbol('MONOTONIC_CLOCK');

/** The `BoundedGate` of lookups and routes. */
export const LOOKUP_GATE = Symbol('LOOKUP_GATE');

/** The `BoundedGate` of verifications: apart from the lookups', so that neither crowds the other out. */
export const VERIFICATION_GATE = Symbol('VERIFICATION_GATE');

/**
 * What the model holds the store to: the invariants, the faults that are about order, and `belief`: who may be held,
 * released and evicted while somebody vouches for it or its zone is protected.
 */
export type PropertyName =
  'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I7' | 'I8' | 'F5' | 'F26' | 'F34' | 'belief';

/** A property does not hold; the message says which, and what it wants. */
export class Violation extends Error {
  constructor(
    readonly property: PropertyName,
    readonly complaint: string,
  ) {
    super(`${property} is broken: ${complaint}`);
    this.name = 'Violation';
  }
}

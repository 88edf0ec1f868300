/** Where an in-memory store reads the time. */
export interface StoreClock {
  /** The moment, in milliseconds since 1970. */
  now(): number;
}

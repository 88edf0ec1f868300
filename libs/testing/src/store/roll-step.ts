/** One change of the roll, at one moment: what every part of it needs to know. */
export interface RollStep {
  readonly nowMs: number;
  readonly settled: boolean;
  publish(type: string, fields: Readonly<Record<string, string | number>>): void;
}

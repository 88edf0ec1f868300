/** One change of the roll, at one moment: what every part of it needs to know. */
export interface RollStep {
  readonly nowMs: number;
  readonly heard: boolean;
  readonly settled: boolean;
  readonly judged: boolean;
  publish(type: string, fields: Readonly<Record<string, string | number>>): void;
}

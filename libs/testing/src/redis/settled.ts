import { until } from '../clock/until';

/** Servers that have to find each other, or to agree, take their time. */
const SETTLE_TIMEOUT_MS = 20_000;

/** Waits for something that servers come to among themselves; rejects with what it was when it takes too long. */
export function settled(what: string, ask: () => Promise<boolean>): Promise<boolean> {
  return until(what, ask, SETTLE_TIMEOUT_MS);
}

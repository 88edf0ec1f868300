import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 1_000;
const JITTER = 0.2;

/** How long to wait after so many failures in a row: ever longer, up to a second; a random part less. */
export function pauseMs(failures: number, random: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (1 - JITTER * random);
}

/** Waits after failures, never for long, so that the end of an outage is noticed soon. */
export class BackOff {
  private failures = 0;

  /** After something worked. */
  reset(): void {
    this.failures = 0;
  }

  /** After something failed; ends early when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    this.failures += 1;
    const waitMs = pauseMs(this.failures, Math.random());
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import * as fc from 'fast-check';
import type { ModelStep } from './model-step';

const JUMP_MAX_MS = 30_000;
/** Renewals and looks come so far apart. */
const SLACK_MS = 2_000;
const { leaseTtlMs, settleAfterMs } = leasePolicy(DEFAULT_TIMINGS);

const jumpMs = fc.oneof(
  fc.constantFrom(-JUMP_MAX_MS, JUMP_MAX_MS),
  fc.integer({ min: -JUMP_MAX_MS, max: JUMP_MAX_MS }),
);

const apartMs = fc.integer({ min: 0, max: 25_000 });

/**
 * F34: on a calm roll the store’s clock jumps once, and one of the two hosts dies before or after. The live one is never
 * 404; the dead one is 404 within its lease and the jump, or once the roll has settled anew, whichever is later.
 */
export const anyClockJump: fc.Arbitrary<ModelStep[]> = fc
  .record({ jumpMs, jumpsAfterMs: apartMs, diesAfterMs: apartMs })
  .map(({ jumpMs: ms, jumpsAfterMs, diesAfterMs }) => {
    const jumpsFirst = jumpsAfterMs < diesAfterMs;
    const deadAtMs = Math.max(
      diesAfterMs + leaseTtlMs + Math.abs(ms),
      jumpsAfterMs + settleAfterMs,
    );
    const [first, second] = [
      Math.min(jumpsAfterMs, diesAfterMs),
      Math.max(jumpsAfterMs, diesAfterMs),
    ];
    const jump: ModelStep = { do: 'jump', ms };
    const death: ModelStep = { do: 'crash', agent: 1 };
    return [
      { do: 'report', agent: 0, list: ['console'] },
      { do: 'report', agent: 1, list: ['design'] },
      closely(settleAfterMs + SLACK_MS),
      closely(first),
      ...(jumpsFirst ? [jump] : [death]),
      closely(second - first),
      ...(jumpsFirst ? [death] : [jump]),
      closely(deadAtMs - second + SLACK_MS),
      { do: 'expect dead', agent: 1 },
    ];
  });

function closely(ms: number): ModelStep {
  return { do: 'pass', ms, closely: true };
}

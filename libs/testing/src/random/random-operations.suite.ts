import type { StoreHarness, StoreHarnessFactory } from '../conformance/store-harness';
import { RandomRun } from './random-run';
import { SeededRandom } from './seeded-random';

const TRACE_SHOWN = 25;
const DEFAULT_SEEDS = [1];

/** How much of it. */
export interface RandomOperationsOptions {
  /** Operations per seed. */
  readonly operations: number;
  /** One run, and one test, for each. */
  readonly seeds?: readonly number[];
  /** How long one run may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Random operations on a store, compared with an oracle of the invariants after each. */
export function describeRandomOperations(
  name: string,
  makeHarness: StoreHarnessFactory,
  { operations, seeds = DEFAULT_SEEDS, timeoutMs = 600_000 }: RandomOperationsOptions,
): void {
  describe(`${name} under random operations`, () => {
    let harness: StoreHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(async () => harness.stop());

    it.each(seeds)(
      `keeps I1–I4 and I7, and tokens with their sessions, through ${operations} of them (seed %i)`,
      async (seed) => {
        const run = new RandomRun(harness, new SeededRandom(seed));
        await run.start();
        for (let operation = 1; operation <= operations; operation += 1) {
          try {
            await run.next();
          } catch (error) {
            const trace = run.trace.slice(-TRACE_SHOWN).join('\n');
            throw new Error(`seed ${seed}, operation ${operation}: ${String(error)}\n${trace}`, {
              cause: error,
            });
          }
        }
      },
      timeoutMs,
    );
  });
}

import { RollTime } from './roll-time';
import { Scene } from './scene';
import type { StoreHarness } from './store-harness';

const TAKES_MAX = 5;
const TIMEOUT_MS = 120_000;

/** What a test does on a stage. */
export type Script = (scene: Scene) => Promise<void>;

/**
 * Runs scenes against one store. Where time is real, a process that is held up for longer than the slack makes leases lapse
 * that the scene counts on: a scene that fails after its clock ran away is played again, with new hosts and ids.
 */
export class Stage {
  private scenes = 0;

  constructor(private readonly harness: () => StoreHarness) {}

  /** A test on a settled roll, beside whatever earlier tests left there. */
  settled(name: string, script: Script): void {
    this.test(name, script, async (_, time) => time.settle());
  }

  /** A test on a settled roll that nobody is on. */
  settledAndEmpty(name: string, script: Script): void {
    this.test(name, script, async (harness, time) => {
      await harness.clear();
      await time.settle();
    });
  }

  /** A test on a store that has just lost everything. */
  lost(name: string, script: Script): void {
    this.test(name, script, async (harness) => harness.clear());
  }

  private test(
    name: string,
    script: Script,
    prepare: (harness: StoreHarness, time: RollTime) => Promise<void>,
  ): void {
    it(
      name,
      async () => {
        const harness = this.harness();
        const time = new RollTime(harness);
        for (let take = 1; ; take += 1) {
          await prepare(harness, time);
          await time.start();
          try {
            return await script(new Scene(harness, time, ++this.scenes));
          } catch (error) {
            if (take === TAKES_MAX || !(await time.ranAway())) throw error;
          }
        }
      },
      TIMEOUT_MS,
    );
  }
}

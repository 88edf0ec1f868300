import type { StoreHarness } from './store-harness';

const DETOURS_MAX = 1_000;

/** Moves the store's time, and notices when it ran further than the scene meant it to. */
export class RollTime {
  private startedAtMs = 0;
  private plannedMs = 0;
  private stalled = false;

  constructor(private readonly harness: StoreHarness) {}

  async start(): Promise<void> {
    this.startedAtMs = await this.harness.now();
    this.plannedMs = 0;
    this.stalled = false;
  }

  /** Whether more time has passed than was planned: what a scene saw then says nothing about the store. */
  async ranAway(): Promise<boolean> {
    const unplannedMs = (await this.harness.now()) - this.startedAtMs - this.plannedMs;
    return this.stalled || unplannedMs > this.harness.slackMs;
  }

  /** Time passes, and nobody writes. */
  async passSilently(ms: number): Promise<void> {
    if (ms <= 0) return;
    this.plannedMs += ms;
    await this.harness.advance(ms);
  }

  /** Time passes, and the roll is written all along: renewed, and by whoever else beats at every step. */
  async passWriting(
    ms: number,
    beat: () => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    const { store, policy } = this.harness;
    const stepMs = Math.max(1, Math.floor(policy.gapMs * 0.4));
    const endsAtMs = (await this.harness.now()) + ms;
    this.plannedMs += Math.max(0, ms);
    let writtenAtMs = endsAtMs - ms;
    await store.renew();
    for (let nowMs = writtenAtMs; nowMs < endsAtMs; nowMs = await this.harness.now()) {
      await this.harness.advance(Math.min(stepMs, endsAtMs - nowMs));
      await store.renew();
      await beat();
      const thenMs = await this.harness.now();
      if (thenMs - writtenAtMs > policy.gapMs) this.stalled = true;
      writtenAtMs = thenMs;
    }
  }

  /** Time passes until the roll is settled. */
  async settle(beat?: () => Promise<unknown>): Promise<void> {
    for (let detours = 0; detours < DETOURS_MAX; detours += 1) {
      if ((await this.harness.store.renew()).settled) {
        await beat?.();
        return;
      }
      await this.passWriting(this.harness.policy.gapMs * 0.4, beat);
    }
    throw new Error('the roll does not settle');
  }
}

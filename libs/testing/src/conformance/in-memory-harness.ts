import { GUESS_WINDOW_MS } from '@rollcall/domain';
import { FakeClock } from '../clock/fake-clock';
import { InMemorySessionStore } from '../store/in-memory-session-store';
import type { StoreHarness } from './store-harness';

/** The in-memory store with the default timings, on a fake clock. */
export async function inMemoryHarness(): Promise<StoreHarness> {
  const clock = new FakeClock();
  const store = new InMemorySessionStore({ clock });
  return {
    store,
    policy: store.policy,
    slackMs: 1,
    now: async () => clock.now(),
    advance: async (ms) => clock.advance(ms),
    endGuessWindow: async () => clock.advance(GUESS_WINDOW_MS),
    events: async () => store.events(),
    clear: async () => store.clear(),
    stop: async () => undefined,
  };
}

import { DEFAULT_TIMINGS, leasePolicy, type SessionStore } from '@rollcall/domain';
import { rollcall } from '../rollcall';
import { RecordingTerminal } from './recording-terminal';
import { StoreRoll, type RollScene } from './store-roll';

export interface Scene extends RollScene {
  readonly terminal?: RecordingTerminal;
  /** Whether this machine has a browser; without it there is none. */
  readonly hasBrowser?: boolean;
  /** Called when a command waits for its next look; without it Ctrl-C is pressed. */
  readonly meanwhile?: (terminal: RecordingTerminal) => unknown;
}

export const UNSETTLED =
  'The roll is still being called: what is not there may yet come, and nobody is struck off.';

const policy = leasePolicy(DEFAULT_TIMINGS);

/** Runs a command line on a store, in this process. */
export async function runOn(store: SessionStore, argv: readonly string[], scene: Scene = {}) {
  const terminal = scene.terminal ?? new RecordingTerminal();
  const roll = new StoreRoll(store, scene);
  const openedLinks: string[] = [];
  const exitCode = await rollcall(argv, '1.2.3', {
    terminal,
    openRoll: async () => roll,
    pause: async () => {
      await (scene.meanwhile ? scene.meanwhile(terminal) : terminal.pressCtrlC());
    },
    openLink: async (link) => {
      if (scene.hasBrowser) openedLinks.push(link);
      return scene.hasBrowser === true;
    },
  });
  return { exitCode, out: terminal.outText, err: terminal.errText, roll, openedLinks };
}

/** Keeps the roll written for so long that it is settled, or for longer. */
export async function keepWritten(
  store: SessionStore,
  clock: { advance(ms: number): void },
  durationMs: number = policy.settleAfterMs,
): Promise<void> {
  await store.renew();
  for (let passedMs = 0; passedMs <= durationMs; passedMs += policy.gapMs) {
    clock.advance(policy.gapMs);
    await store.renew();
  }
}

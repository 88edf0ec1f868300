import { EXIT_CONFIG_INVALID } from '@rollcall/config';
import type { Logger } from 'pino';
import { within } from './deadline';
import { createLogger } from './logger';

/** A running app. */
export interface RunningApp {
  /** Stops taking work, finishes what is under way and releases what it holds. */
  stop(): Promise<void>;
  /** Resolves with the exit code, at least 1, if the app has to end by itself; it is then stopped. */
  readonly ended?: Promise<number>;
}

const STOP_TIMEOUT_MS = 10_000;
const LAST_LINES_TIMEOUT_MS = 500;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const EXIT_FAILED = 1;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

type StopSignal = keyof typeof SIGNAL_NUMBERS;

/**
 * Runs an app from its start to the end of its process.
 * - starting: `start` is under way; if it fails, a fatal line and exit 1 (78 for a ConfigError).
 * - running: until SIGTERM or SIGINT, whether or not anything else keeps the event loop alive.
 * - stopping: what `start` gave is stopped once, within ten seconds; exit 0, or 1 when that failed. A signal that
 *   arrives while `start` is under way takes effect when it is done. A second signal ends the process at once. An app
 *   that ends by itself is stopped within the same time; its exit code stands, whatever becomes of the stop.
 * An error that nobody has caught is a fatal line and exit 1, in every state; a ConfigError that shows only while the
 * app runs (78) is thrown so.
 */
export function runMain(
  app: string,
  logger: Logger | undefined,
  start: () => Promise<RunningApp>,
  stopTimeoutMs = STOP_TIMEOUT_MS,
): void {
  const log = logger ?? createLogger({ app, level: 'info' });
  let ending = false;
  const end = (code: number): void => {
    if (!ending) exitWhenWritten(code);
    ending = true;
  };
  const fail = (err: unknown, sentence: string): void => {
    if (!ending) log.fatal({ err }, sentence);
    end(isConfigError(err) ? EXIT_CONFIG_INVALID : EXIT_FAILED);
  };

  setInterval(() => undefined, LONGEST_TIMER_MS);
  const lost = (what: string) => (err: unknown) =>
    fail(err, `${app} ends: ${isConfigError(err) ? messageOf(err) : `${what} that nobody caught`}`);
  process.on('uncaughtException', lost('an error'));
  process.on('unhandledRejection', lost('a rejection'));

  const started = Promise.resolve().then(start);
  started.catch((err: unknown) => fail(err, `${app} could not start: ${messageOf(err)}`));

  let stopping = false;
  const stopRunning = (): Promise<void> => {
    stopping = true;
    const stopped = started.then((running) => running.stop());
    return within(stopTimeoutMs, `not stopped within ${stopTimeoutMs} ms`, stopped);
  };
  const stop = async (signal: StopSignal): Promise<void> => {
    if (stopping) process.exit(128 + SIGNAL_NUMBERS[signal]);
    log.info({ signal }, `${app} is stopping`);
    try {
      await stopRunning();
      log.info(`${app} has stopped`);
      end(0);
    } catch (err) {
      fail(err, `${app} did not stop cleanly: ${messageOf(err)}`);
    }
  };
  const endByItself = async (code: number): Promise<void> => {
    if (stopping) return;
    try {
      await stopRunning();
    } catch (err) {
      log.error({ err }, `${app} did not stop cleanly: ${messageOf(err)}`);
    } finally {
      end(code);
    }
  };
  void started.then(
    ({ ended }) => ended?.then(endByItself),
    () => undefined,
  );
  for (const signal of Object.keys(SIGNAL_NUMBERS) as StopSignal[]) {
    process.on(signal, () => void stop(signal));
  }
}

/** Ends the process when the last line is out; a reader of stdout that has stopped reading does not hold it up. */
function exitWhenWritten(code: number): void {
  const exit = () => process.exit(code);
  setTimeout(exit, LAST_LINES_TIMEOUT_MS);
  process.stdout.write('', exit);
}

function isConfigError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'CONFIG_INVALID';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

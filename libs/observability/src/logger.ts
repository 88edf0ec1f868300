import type { LogLevel } from '@rollcall/config';
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { describeError } from './described-error';
import { pretty } from './pretty-stream';
import { standardOutput } from './standard-output';

/** What a log line is written with. */
export interface LoggerOptions {
  /** Name of the app, in every line. */
  readonly app: string;
  readonly level: LogLevel;
}

/** The app's logger: a JSON object a line on stdout, or colours when a person looks at it. */
export function createLogger(
  { app, level }: LoggerOptions,
  destination: DestinationStream = process.stdout.isTTY ? pretty() : standardOutput(),
): Logger {
  return pino(
    {
      level,
      base: { app },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
    },
    destination,
  );
}

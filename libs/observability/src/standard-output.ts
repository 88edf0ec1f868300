import type { DestinationStream } from 'pino';

/** What is needed of `process.stdout`. */
export interface Output {
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: 'error', listener: () => void): unknown;
}

const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Lines on stdout, without ever waiting for who reads them: pino's own file writer either blocks the whole process
 * behind a reader that has stopped (4.9 s of 5 were measured), or puts the last lines in disorder when the process ends.
 * Beyond 4 MiB that nobody has read, lines are dropped; a reader that has gone is nobody's error.
 */
export function standardOutput(output: Output = process.stdout): DestinationStream {
  output.on('error', () => undefined);
  return {
    write: (line) => {
      if (output.writableLength < UNREAD_BYTES_MAX) output.write(line);
    },
  };
}

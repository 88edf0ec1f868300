/** What scripts may rely on; 70 and 78 are the numbers of sysexits.h. */
export const ExitCode = {
  ok: 0,
  nothing: 1,
  usage: 2,
  unavailable: 3,
  bug: 70,
  configuration: 78,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends a command with a sentence for its user. */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
    options?: { cause?: unknown },
  ) {
    super(sentence, options);
    this.name = 'CommandFailure';
  }
}

/** Told how a command has ended. */
export type EndCommand = (exitCode: ExitCode) => void;

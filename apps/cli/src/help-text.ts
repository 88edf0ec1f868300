import { ExitCode } from './exit-codes';

/** What a command's help says below its options. */
export interface HelpText {
  /** A command line and what it shows. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly ok: string;
  /** What exit code 1 means for this command, if it can end so. */
  readonly nothing?: string;
  /** What exit code 2 means besides a command line that cannot be read. */
  readonly usage?: string;
  /** What exit code 3 means besides an absent store. */
  readonly unavailable?: string;
  /** Lines of at most 80 characters. */
  readonly notes: readonly string[];
}

export function helpText({ examples, ok, nothing, usage, unavailable, notes }: HelpText): string {
  const exits: [number, string | undefined][] = [
    [ExitCode.ok, ok],
    [ExitCode.nothing, nothing],
    [ExitCode.usage, usage ?? 'wrong usage'],
    [ExitCode.unavailable, unavailable ?? 'the session store does not answer, or refuses'],
    [ExitCode.configuration, 'a setting in the environment is wrong'],
  ];
  const sections = [
    notes.join('\n'),
    ['Examples:', ...examples.map(([line, meaning]) => `  $ ${line}\n      ${meaning}`)].join('\n'),
    ['Exit codes:', ...exits.filter(([, meaning]) => meaning).map(exitLine)].join('\n'),
  ];
  return `\n${sections.join('\n\n')}`;
}

function exitLine([code, meaning]: readonly [number, string | undefined]): string {
  return `  ${String(code).padEnd(2)}  ${meaning}`;
}

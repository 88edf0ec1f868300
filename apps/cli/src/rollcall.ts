import { Command, CommanderError } from 'commander';
import { registerConnect } from './connect/connect.command';
import { registerEvict } from './evict/evict.command';
import { registerExplain } from './explain/explain.command';
import { CommandFailure, ExitCode } from './exit-codes';
import { registerIdentity } from './identity/identity.command';
import { visibleLines } from './output/visible-text';
import { PROGRAM_HELP } from './program-help';
import { registerProtect } from './protect/protect.command';
import { registerResolve } from './resolve/resolve.command';
import { registerRevoke } from './revoke/revoke.command';
import type { Cli } from './roll/roll';
import { registerServers } from './servers/servers.command';
import { registerSessions } from './sessions/sessions.command';
import { registerSweep } from './sweep/sweep.command';
import type { Terminal } from './terminal';
import { registerWatch } from './watch/watch.command';

const COMMANDS = [
  registerServers,
  registerSessions,
  registerResolve,
  registerConnect,
  registerRevoke,
  registerWatch,
  registerExplain,
  registerProtect,
  registerEvict,
  registerIdentity,
  registerSweep,
];

/** Runs one command line to its end; every failure is told on the terminal. */
export async function rollcall(
  argv: readonly string[],
  version: string,
  cli: Cli,
): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = newProgram(version, cli.terminal);
  for (const register of COMMANDS) register(program, cli, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, cli.terminal);
  }
}

function newProgram(version: string, terminal: Terminal): Command {
  return new Command('rollcall')
    .description('Shows and tends the live roll of Amazon DCV sessions.')
    .version(version)
    .addHelpText('after', PROGRAM_HELP)
    .showHelpAfterError('Try --help.')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => terminal.err(visibleLines(text)),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    });
}

function tell(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const { exitCode, lines } = explain(error);
  terminal.err(lines.map((line) => `rollcall: ${line}\n`).join(''));
  return exitCode;
}

function explain(error: unknown): { exitCode: ExitCode; lines: readonly string[] } {
  if (error instanceof CommandFailure) return { exitCode: error.exitCode, lines: [error.message] };
  if (isConfigError(error)) return { exitCode: ExitCode.configuration, lines: error.problems };
  const report = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: ExitCode.bug, lines: [`this is a bug: ${report}`] };
}

function isConfigError(error: unknown): error is { problems: readonly string[] } {
  return error instanceof Error && 'code' in error && error.code === 'CONFIG_INVALID';
}

import { ConfigError } from './config-error';
import { readEnv, type Config, type Environment, type SettingsGroups } from './read-env';
import { settingsHelp } from './settings-help';

/** Exit status of a process whose configuration is wrong (EX_CONFIG of sysexits.h): restarting it does not help. */
export const EXIT_CONFIG_INVALID = 78;

/** What is needed of the process that reads its environment. */
export interface HostProcess {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  exit(code: number): never;
}

/**
 * For an app's `main.ts`: the configuration, or the end of the process. `--help` prints what the app is for and every
 * setting, and exits 0; a broken rule is a line on stderr each, and exits 78.
 */
export function readEnvOrExit<Groups extends SettingsGroups>(
  groups: Groups,
  env: Environment,
  about: string,
  host: HostProcess = process,
): Config<Groups> {
  if (host.argv.includes('--help')) {
    host.stdout.write(settingsHelp(groups, about));
    return host.exit(0);
  }
  try {
    return readEnv(groups, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(error.problems.map((problem) => `${problem}\n`).join(''));
    return host.exit(EXIT_CONFIG_INVALID);
  }
}

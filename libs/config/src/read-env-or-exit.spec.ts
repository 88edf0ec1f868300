import { LogSettings } from './log.settings';
import type { Environment } from './read-env';
import { readEnvOrExit } from './read-env-or-exit';
import { RedisSettings } from './redis.settings';

class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

function run(env: Environment, args: string[] = []) {
  const written = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof written) => ({
    write: (text: string) => (written[stream] += text),
  });
  const host = {
    argv: ['node', 'main.js', ...args],
    stdout: into('stdout'),
    stderr: into('stderr'),
    exit: (code: number): never => {
      throw new Exit(code);
    },
  };
  try {
    const config = readEnvOrExit(
      { redis: RedisSettings, log: LogSettings },
      env,
      'Counts heads.',
      host,
    );
    return { ...written, config, code: undefined };
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return { ...written, code: error.code };
  }
}

describe('readEnvOrExit', () => {
  it('gives the configuration and writes nothing when all is well', () => {
    expect(run({ LOG_LEVEL: 'warn' })).toEqual({
      stdout: '',
      stderr: '',
      config: expect.objectContaining({ log: { level: 'warn' } }),
    });
  });

  it('writes one line per problem to stderr and exits 78', () => {
    expect(run({ LOG_LEVEL: 'loud', REDIS_MODE: 'replica' })).toEqual({
      stdout: '',
      stderr:
        'REDIS_MODE must be standalone, sentinel or cluster\n' +
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent\n',
      code: 78,
    });
  });

  it('prints with --help what the app is for and every setting, whatever the environment, and exits 0', () => {
    const { stdout, stderr, code } = run({ LOG_LEVEL: 'loud', ROLL: 'secret-roll' }, ['--help']);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^Counts heads\.\n/);
    expect(stdout).toContain(
      'REDIS_URL (redis://127.0.0.1:6379/0)\n      Where a standalone store is',
    );
    expect(stdout).toContain('REDIS_PASSWORD (unset)');
    expect(stdout).toContain('LOG_LEVEL (info)');
    expect(stdout).not.toContain('secret-roll');
  });
});

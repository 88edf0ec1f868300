import { LogSettings } from './log.settings';
import { readEnv } from './read-env';

const read = (level?: string) => readEnv({ log: LogSettings }, { LOG_LEVEL: level }).log;

describe('LogSettings', () => {
  it('logs from info on unless told otherwise', () => {
    expect(read()).toEqual({ level: 'info' });
    expect(read('debug')).toEqual({ level: 'debug' });
  });

  it('refuses a level that does not exist', () => {
    expect(() => read('verbose')).toThrow(
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
    );
  });
});

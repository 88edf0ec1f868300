import { createLogger } from './logger';

function loggerInto(lines: string[], level: 'info' | 'debug' = 'info') {
  return createLogger({ app: 'resolver', level }, { write: (line) => void lines.push(line) });
}

describe('createLogger', () => {
  it('writes a JSON object a line: level as a word, ISO time, app', () => {
    const lines: string[] = [];

    loggerInto(lines).warn({ server: 'gpu-1' }, 'struck off');

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      app: 'resolver',
      server: 'gpu-1',
      msg: 'struck off',
    });
  });

  it('writes nothing below its level', () => {
    const lines: string[] = [];

    loggerInto(lines).debug('unheard');
    loggerInto(lines, 'debug').debug('heard');

    expect(lines).toHaveLength(1);
  });

  it.each(['err', 'error'])(
    'describes what stands under %s without the command that failed',
    (key) => {
      const lines: string[] = [];
      const failure = Object.assign(new Error('WRONGPASS'), {
        command: { name: 'auth', args: ['hunter2'] },
      });

      loggerInto(lines).error({ [key]: failure }, 'no store');

      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ [key]: { message: 'WRONGPASS' } });
      expect(lines[0]).not.toContain('hunter2');
    },
  );
});

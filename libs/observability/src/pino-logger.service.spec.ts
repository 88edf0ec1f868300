import { Logger } from '@nestjs/common';
import { createLogger } from './logger';
import { PinoLoggerService } from './pino-logger.service';

describe('PinoLoggerService', () => {
  let lines: string[];
  let nest: Logger;

  beforeEach(() => {
    lines = [];
    const pino = createLogger(
      { app: 'reconciler', level: 'debug' },
      { write: (line) => void lines.push(line) },
    );
    Logger.overrideLogger(new PinoLoggerService(pino));
    nest = new Logger('Sweeper');
  });

  afterEach(() => {
    Logger.overrideLogger(['log', 'error', 'warn']);
  });

  const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it("writes a text at Nest's level, with its context", () => {
    nest.log('a sweep has finished');
    nest.warn('late');
    nest.debug('nothing due');
    nest.fatal('lost');

    expect(written()).toMatchObject([
      { level: 'info', context: 'Sweeper', msg: 'a sweep has finished' },
      { level: 'warn', context: 'Sweeper', msg: 'late' },
      { level: 'debug', context: 'Sweeper', msg: 'nothing due' },
      { level: 'fatal', context: 'Sweeper', msg: 'lost' },
    ]);
  });

  it('takes verbose as trace, and writes nothing below the level', () => {
    nest.verbose('every key');

    expect(lines).toEqual([]);
  });

  it('writes fields beside the text, whichever of them comes first', () => {
    nest.log({ server: 'gpu-1', sessions: 4 }, 'evicted');
    nest.log('evicted', { server: 'gpu-1', sessions: 4 });

    const line = {
      level: 'info',
      context: 'Sweeper',
      server: 'gpu-1',
      sessions: 4,
      msg: 'evicted',
    };
    expect(written()).toMatchObject([line, line]);
  });

  it('describes an error, as message or beside one', () => {
    nest.error(new Error('no store'));
    nest.error('a sweep has failed', new Error('no store'));

    expect(written()).toMatchObject([
      { level: 'error', context: 'Sweeper', msg: 'no store', err: { message: 'no store' } },
      { level: 'error', context: 'Sweeper', msg: 'a sweep has failed', err: { type: 'Error' } },
    ]);
  });

  it('keeps a stack trace that comes as text out of the message', () => {
    const { stack } = new Error('no store');
    nest.error('a sweep has failed', stack);

    expect(written()).toMatchObject([{ context: 'Sweeper', msg: 'a sweep has failed', stack }]);
  });

  it("hides Nest's own wiring below info", () => {
    new Logger('InstanceLoader').log('AppModule dependencies initialized');

    expect(written()).toMatchObject([{ level: 'debug', context: 'InstanceLoader' }]);
  });

  it('does without a context', () => {
    Logger.log('bare');

    expect(written()).toMatchObject([{ level: 'info', msg: 'bare' }]);
  });
});

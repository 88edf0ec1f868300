import 'reflect-metadata';
import { readEnv } from '@rollcall/config';
import { RECONCILER_SETTINGS } from './reconciler.config';

describe('the settings of a reconciler', () => {
  it('need nothing, and show no board', () => {
    const config = readEnv(RECONCILER_SETTINGS, {});
    expect(config).toMatchObject({ metrics: { port: 9449 }, board: { enabled: false } });
  });

  it('turn the board on', () => {
    expect(readEnv(RECONCILER_SETTINGS, { BULL_BOARD: 'on' }).board).toEqual({ enabled: true });
  });

  it('refuse what is neither on nor off', () => {
    const read = () => readEnv(RECONCILER_SETTINGS, { BULL_BOARD: 'yes', METRICS_PORT: 'x' });
    expect(read).toThrow(/METRICS_PORT.*\n.*BULL_BOARD must be on or off/);
  });
});

import 'reflect-metadata';
import { readEnv } from '@rollcall/config';
import { RECONCILER_SETTINGS } from './reconciler.config';

describe('the settings of a reconciler', () => {
  it('need nothing, and show no board', () => {
    const config = readEnv(RECONCILER_SETTINGS, {});
    expect(config).toMatchObject({ metrics: { port: 9449 }, board: { enabled: false } });
  });

  it('bound what it connects to, and say how silence is judged', () => {
    const env = { ENDPOINT_ALLOW: '10.0.0.0/8', PROBE_MODE: 'off' };
    const { endpoints, belief } = readEnv(RECONCILER_SETTINGS, env);
    expect(endpoints.addressRefusal('192.0.2.1', '192.0.2.1')).toMatch('ENDPOINT_ALLOW');
    expect(belief.probeMode).toBe('off');
    const short = { HEARTBEAT_INTERVAL_MS: '500', LEASE_TTL_MS: '2000', SWEEP_INTERVAL_MS: '200' };
    expect(() => readEnv(RECONCILER_SETTINGS, short)).toThrow(/^PROBE_PERIOD_MS \(10000\)/);
  });

  it('turn the board on', () => {
    expect(readEnv(RECONCILER_SETTINGS, { BULL_BOARD: 'on' }).board).toEqual({ enabled: true });
  });

  it('refuse what is neither on nor off', () => {
    const read = () => readEnv(RECONCILER_SETTINGS, { BULL_BOARD: 'yes', METRICS_PORT: 'x' });
    expect(read).toThrow(/METRICS_PORT.*\n.*BULL_BOARD must be on or off/);
  });
});

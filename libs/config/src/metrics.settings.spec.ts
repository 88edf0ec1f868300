import { metricsSettings } from './metrics.settings';
import { readEnv, type Environment } from './read-env';
import { settingsOf } from './setting.decorator';

const read = (env: Environment) => readEnv({ metrics: metricsSettings(9447) }, env).metrics;

describe('metricsSettings', () => {
  it("has the app's own default port", () => {
    expect(read({})).toEqual({ host: '0.0.0.0', port: 9447 });
    expect(settingsOf(metricsSettings(9449))).toContainEqual(
      expect.objectContaining({ name: 'METRICS_PORT', default: 9449 }),
    );
  });

  it('takes an address of this machine, and 0 for any free port', () => {
    expect(read({ METRICS_HOST: '::1', METRICS_PORT: '0' })).toEqual({ host: '::1', port: 0 });
  });

  it.each(['-1', '65536', '80.5'])('refuses port %s', (port) => {
    expect(() => read({ METRICS_PORT: port })).toThrow(
      'METRICS_PORT must be a whole number from 0 to 65535',
    );
  });

  it.each(['http://0.0.0.0', 'a b', '0.0.0.0/8'])('refuses the address %s', (host) => {
    expect(() => read({ METRICS_HOST: host })).toThrow(
      'METRICS_HOST must be an address or a name of this machine',
    );
  });
});

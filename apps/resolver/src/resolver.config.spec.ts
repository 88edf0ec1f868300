import { aConfig } from './testing/resolver-under-test';

describe('the resolver’s settings', () => {
  it('have the documented defaults', () => {
    expect(aConfig({ RESOLVER_HOST: '', RESOLVER_PORT: '', METRICS_PORT: '' })).toMatchObject({
      listen: { host: '0.0.0.0', port: 8447 },
      metrics: { port: 9447 },
      redis: { url: 'redis://127.0.0.1:6379/0', roll: 'main' },
      timing: { intervalMs: 5_000 },
    });
  });

  it('say everything that is wrong with them', () => {
    expect(() =>
      aConfig({ RESOLVER_HOST: 'nowhere', RESOLVER_PORT: '70000', ENDPOINT_ALLOW: '.example' }),
    ).toThrow(
      expect.objectContaining({
        problems: [
          expect.stringMatching(/^RESOLVER_HOST must/),
          expect.stringMatching(/^RESOLVER_PORT must/),
          expect.stringMatching(/^ENDPOINT_ALLOW/),
        ],
      }),
    );
  });
});

import { aConfig } from './testing/resolver-under-test';

const problemsOf = (env: Record<string, string>): unknown => {
  try {
    aConfig(env);
    return [];
  } catch (error) {
    return (error as { problems?: unknown }).problems;
  }
};

describe('the resolver’s settings', () => {
  it('have the documented defaults', () => {
    const config = aConfig({ RESOLVER_HOST: '', RESOLVER_PORT: '', METRICS_PORT: '' });
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0', port: 8447, pathPrefix: '' },
      metrics: { port: 9447 },
      redis: { url: 'redis://127.0.0.1:6379/0', roll: 'main' },
      timing: { intervalMs: 5_000 },
    });
    expect(config.listen.hostsPort).toBeUndefined();
    expect(config.tls).toBeUndefined();
  });

  it('say everything that is wrong with them', () => {
    const env = { RESOLVER_HOST: 'nowhere', RESOLVER_PORT: '70000', ENDPOINT_ALLOW: '.example' };
    expect(problemsOf(env)).toEqual([
      expect.stringMatching(/^RESOLVER_HOST must/),
      expect.stringMatching(/^RESOLVER_PORT must/),
      expect.stringMatching(/^ENDPOINT_ALLOW/),
    ]);
  });

  it('name the files that TLS is spoken with', () => {
    const env = {
      RESOLVER_TLS_CERT_FILE: '/tls/a.crt',
      RESOLVER_TLS_KEY_FILE: '/tls/a.key',
      RESOLVER_TLS_CLIENT_CA_FILE: '/tls/ca.crt',
    };
    expect(aConfig(env).tls).toEqual({
      certFile: '/tls/a.crt',
      keyFile: '/tls/a.key',
      clientCaFile: '/tls/ca.crt',
    });
  });

  it.each([
    [{ RESOLVER_TLS_CERT_FILE: 'x' }, /^RESOLVER_TLS_KEY_FILE must be set, too/],
    [{ RESOLVER_TLS_KEY_FILE: 'x' }, /^RESOLVER_TLS_CERT_FILE must be set, too/],
    [{ RESOLVER_TLS_CLIENT_CA_FILE: 'x' }, /^RESOLVER_TLS_CERT_FILE must be set, too/],
    [
      { RESOLVER_TLS_CLIENT_CA_FILE: 'x', RESOLVER_TLS_CERT_FILE: 'x' },
      /^RESOLVER_TLS_KEY_FILE must be set, too/,
    ],
    [
      { RESOLVER_PORT: '8447', RESOLVER_HOSTS_PORT: '8447' },
      /^RESOLVER_HOSTS_PORT must differ from RESOLVER_PORT/,
    ],
    [{ RESOLVER_HOSTS_PORT: '-1' }, /^RESOLVER_HOSTS_PORT must be a whole number/],
    [{ RESOLVER_HOSTS_PORT: 'x' }, /^RESOLVER_HOSTS_PORT must be a number/],
  ])('do not admit %j', (env, problem) => {
    expect(problemsOf(env)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  it('let two ports be any free ones', () => {
    const config = aConfig({ RESOLVER_PORT: '0', RESOLVER_HOSTS_PORT: '0' });
    expect(config.listen).toMatchObject({ port: 0, hostsPort: 0 });
  });

  it.each(['/k3Jx', '/a/b.c/~d_e-f', `/${'x'.repeat(199)}`])(
    'take "%s" for a path prefix',
    (prefix) => expect(aConfig({ RESOLVER_PATH_PREFIX: prefix }).listen.pathPrefix).toBe(prefix),
  );

  it.each([
    'k3Jx',
    '/',
    '/k3Jx/',
    '//k3Jx',
    '/k3Jx//a',
    '/k3Jx/../a',
    '/./k3Jx',
    '/k3%4Ax',
    '/k3Jx?a',
    '/k3Jx a',
    '/k3Jxé',
    ' /k3Jx',
    '/k3Jx\n',
    `/k3Jx${'x'.repeat(200)}`,
  ])('refuse "%s" as a path prefix without repeating it', (prefix) => {
    const problems = problemsOf({ RESOLVER_PATH_PREFIX: prefix });
    expect(problems).toEqual([expect.stringMatching(/^RESOLVER_PATH_PREFIX must /)]);
    expect(JSON.stringify(problems)).not.toContain('k3Jx');
  });
});

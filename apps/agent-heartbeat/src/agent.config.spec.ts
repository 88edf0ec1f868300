import { readEnv } from '@rollcall/config';
import { AGENT_SETTINGS } from './agent.config';

const minimal = { AGENT_ENDPOINT: 'gpu-1.example.com' };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readEnv(AGENT_SETTINGS, { ...minimal, ...env });
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
}

describe('the agent’s settings', () => {
  it('need only the address at which gateways reach the host', () => {
    const config = readEnv(AGENT_SETTINGS, minimal);

    expect(config).toMatchObject({
      host: { serverId: undefined, zone: '', stop: 'leave' },
      endpoint: {
        endpoint: { host: 'gpu-1.example.com', httpPort: 8443, quicPort: 8443, webUrlPath: '/' },
      },
      dcv: { timeoutMs: 10_000, pollIntervalMs: 2_000, graceMs: 30_000 },
      metrics: { port: 9448 },
    });
  });

  it('say how to find that address when it is missing', () => {
    expect(problemsOf({ AGENT_ENDPOINT: '' })).toEqual([
      expect.stringMatching(/^AGENT_ENDPOINT must be set .*hostname -f/),
    ]);
  });

  it('take everything that describes the host', () => {
    const config = readEnv(AGENT_SETTINGS, {
      AGENT_SERVER_ID: 'gpu-1',
      AGENT_STATE_DIR: '/state',
      AGENT_ZONE: 'eu-central-1a',
      AGENT_STOP: 'withdraw',
      AGENT_ENDPOINT: '10.1.2.3',
      AGENT_HTTP_PORT: '443',
      AGENT_QUIC_PORT: '0',
      AGENT_WEB_URL_PATH: '/gpu-1',
      AGENT_DCV_COMMAND: '/usr/bin/dcv',
      AGENT_DCV_TIMEOUT_MS: '5000',
      AGENT_POLL_INTERVAL_MS: '1000',
      DCV_GRACE_MS: '0',
    });

    expect(config.host).toEqual({
      serverId: 'gpu-1',
      stateDir: '/state',
      zone: 'eu-central-1a',
      stop: 'withdraw',
    });
    expect(config.endpoint.endpoint).toEqual({
      host: '10.1.2.3',
      httpPort: 443,
      quicPort: 0,
      webUrlPath: '/gpu-1',
    });
    expect(config.dcv).toEqual({
      command: '/usr/bin/dcv',
      timeoutMs: 5_000,
      pollIntervalMs: 1_000,
      graceMs: 0,
    });
  });

  it.each<[string, Record<string, string>]>([
    ['AGENT_SERVER_ID', { AGENT_SERVER_ID: 'gpu~1' }],
    ['AGENT_SERVER_ID', { AGENT_SERVER_ID: '-gpu' }],
    ['AGENT_ZONE', { AGENT_ZONE: 'eu central' }],
    ['AGENT_STOP', { AGENT_STOP: 'vanish' }],
    ['AGENT_ENDPOINT', { AGENT_ENDPOINT: 'https://gpu-1:8443' }],
    ['AGENT_HTTP_PORT', { AGENT_HTTP_PORT: '0' }],
    ['AGENT_QUIC_PORT', { AGENT_QUIC_PORT: '65536' }],
    ['AGENT_WEB_URL_PATH', { AGENT_WEB_URL_PATH: 'gpu-1' }],
    ['AGENT_DCV_TIMEOUT_MS', { AGENT_DCV_TIMEOUT_MS: '99' }],
    ['AGENT_POLL_INTERVAL_MS', { AGENT_POLL_INTERVAL_MS: '2s' }],
    ['DCV_GRACE_MS', { DCV_GRACE_MS: '-1' }],
  ])('refuse a wrong %s', (name, env) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(name)]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['loopback', { AGENT_ENDPOINT: '127.0.0.1' }, 'loopback'],
    ['the metadata service', { AGENT_ENDPOINT: '169.254.169.254' }, 'metadata'],
    [
      'a foreign network',
      { AGENT_ENDPOINT: '10.9.0.1', ENDPOINT_ALLOW: '10.1.0.0/16' },
      'ENDPOINT_ALLOW',
    ],
    ['a forbidden port', { AGENT_HTTP_PORT: '22' }, 'ENDPOINT_PORTS'],
  ])('refuse an own address that the roll would refuse: %s', (_what, env, rule) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(rule)]);
  });

  it('name every problem at once', () => {
    expect(problemsOf({ AGENT_ENDPOINT: '', AGENT_STOP: 'x', LEASE_TTL_MS: '1000' })).toHaveLength(
      3,
    );
  });
});

import { readEnv } from '@rollcall/config';
import { AGENT_SETTINGS } from './agent.config';
import { INGEST_SETTINGS } from './ingest.config';

const TLS = { INGEST_TLS_CERT_FILE: '/tls.crt', INGEST_TLS_KEY_FILE: '/tls.key' };
const AGENT = { AGENT_ENDPOINT: '10.0.0.1' };

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
}

describe('a report door’s settings', () => {
  const problems = (env: Record<string, string>) =>
    problemsOf(() => readEnv(INGEST_SETTINGS, { ...TLS, ...env }));

  it('need a certificate and its key, and nothing of a host', () => {
    expect(readEnv(INGEST_SETTINGS, { ...TLS, AGENT_ROLE: 'ingest' })).toMatchObject({
      role: 'ingest',
      ingest: {
        host: '0.0.0.0',
        port: 8450,
        connectionsPerAddressMax: 2_000,
        tls: { certFile: '/tls.crt', keyFile: '/tls.key', clientCaFile: undefined },
      },
      metrics: { port: 9448 },
    });
  });

  it.each(['INGEST_TLS_CERT_FILE', 'INGEST_TLS_KEY_FILE'])('refuse to do without %s', (name) => {
    expect(problems({ [name]: '' })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be set: reports come over TLS alone`)),
    ]);
  });

  it.each([
    ['INGEST_HOST', { INGEST_HOST: 'somewhere' }],
    ['INGEST_PORT', { INGEST_PORT: '65536' }],
    ['INGEST_CONNECTIONS_PER_ADDRESS', { INGEST_CONNECTIONS_PER_ADDRESS: '0' }],
    ['AGENT_ROLE', { AGENT_ROLE: 'door' }],
    ['ENDPOINT_ALLOW', { ENDPOINT_ALLOW: '10.0.0.0/33' }],
  ])('refuse a wrong %s', (name, env) => {
    expect(problems(env)).toEqual([expect.stringContaining(name)]);
  });
});

describe('an agent’s settings for a report door', () => {
  const door = (env: Record<string, string>) => readEnv(AGENT_SETTINGS, { ...AGENT, ...env }).door;
  const problems = (env: Record<string, string>) => problemsOf(() => door(env));

  it('are one', () => {
    expect(door({})).toBeUndefined();
    expect(door({ AGENT_REPORT_URL: 'https://door.example:8450' })).toEqual({
      url: new URL('https://door.example:8450'),
    });
  });

  it('may say where the identity is', () => {
    const url = { AGENT_REPORT_URL: 'https://door.example' };
    const files = { AGENT_REPORT_CERT_FILE: '/c', AGENT_REPORT_KEY_FILE: '/k' };
    expect(door({ ...url, ...files, AGENT_REPORT_CA_FILE: '/ca' })).toMatchObject({
      certFile: '/c',
      keyFile: '/k',
      caFile: '/ca',
    });
    expect(door({ ...url, AGENT_REPORT_TOKEN_FILE: '/t' })).toMatchObject({ tokenFile: '/t' });
  });

  it.each([
    'http://door.example',
    'door.example:8450',
    'https://',
    'https://user:secret@door.example',
    'https://door.example/report',
    'https://door.example?x',
  ])('refuse %s', (url) => {
    expect(problems({ AGENT_REPORT_URL: url })).toEqual([
      expect.stringMatching(/^AGENT_REPORT_URL must read https:/),
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a file without a door', { AGENT_REPORT_TOKEN_FILE: '/t' }, 'AGENT_REPORT_URL'],
    ['a certificate without a key', { AGENT_REPORT_CERT_FILE: '/c' }, 'AGENT_REPORT_KEY_FILE'],
    [
      'two identities',
      {
        AGENT_REPORT_TOKEN_FILE: '/t',
        AGENT_REPORT_CERT_FILE: '/c',
        AGENT_REPORT_KEY_FILE: '/k',
      },
      'one identity is enough',
    ],
  ])('refuse %s', (_case, env, sentence) => {
    expect(problems(env)).toEqual([expect.stringContaining(sentence)]);
  });
});

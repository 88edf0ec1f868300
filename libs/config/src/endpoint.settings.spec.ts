import { readEnv, type Environment } from './read-env';
import { EndpointSettings } from './endpoint.settings';

const read = (env: Environment) => readEnv({ endpoints: EndpointSettings }, env).endpoints;

const on = (host: string, httpPort = 8443) => ({ host, httpPort, quicPort: 0, webUrlPath: '/' });

describe('EndpointSettings', () => {
  it('allows any address but the dangerous ones, on the usual ports', () => {
    const policy = read({});

    expect(policy.refusal(on('10.0.0.7'))).toBeUndefined();
    expect(policy.refusal(on('169.254.169.254'))).toBeDefined();
    expect(policy.refusal(on('10.0.0.7', 22))).toBeDefined();
  });

  it('allows only what is listed, once something is', () => {
    const policy = read({ ENDPOINT_ALLOW: '10.0.0.0/8, desktops.example', ENDPOINT_PORTS: '22' });

    expect(policy.refusal(on('10.0.0.7', 22))).toBeUndefined();
    expect(policy.refusal(on('gpu-1.desktops.example', 22))).toBeUndefined();
    expect(policy.refusal(on('192.0.2.1', 22))).toBeDefined();
  });

  it('says which entries cannot be read', () => {
    expect(() => read({ ENDPOINT_ALLOW: '10.0.0.0/40', ENDPOINT_PORTS: '9-1' })).toThrow(
      /^ENDPOINT_ALLOW: "10\.0\.0\.0\/40".*\nENDPOINT_PORTS: "9-1"/,
    );
  });
});

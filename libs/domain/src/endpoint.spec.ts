import { endpointProblem, portFor, type Endpoint } from './endpoint';

const ENDPOINT: Endpoint = { host: 'gpu-1', httpPort: 8443, quicPort: 8444, webUrlPath: '/' };

describe('portFor', () => {
  it('gives each transport its port', () => {
    expect(portFor(ENDPOINT, 'HTTP')).toBe(8443);
    expect(portFor(ENDPOINT, 'QUIC')).toBe(8444);
  });

  it('gives none to QUIC where the host offers none', () => {
    const withoutQuic = { ...ENDPOINT, quicPort: 0 };
    expect(portFor(withoutQuic, 'QUIC')).toBeUndefined();
    expect(portFor(withoutQuic, 'HTTP')).toBe(8443);
  });
});

describe('endpointProblem', () => {
  it.each([
    'gpu-1',
    'gpu-1.example',
    'a',
    '10.0.0.1',
    '2001:db8::1',
    '::1',
    '::ffff:10.0.0.1',
    'GPU_1.example',
    'a'.repeat(63),
  ])('takes the host %s', (host) => {
    expect(endpointProblem({ ...ENDPOINT, host })).toBeUndefined();
  });

  it.each([
    '',
    ' ',
    'gpu 1',
    'gpu-1.',
    '.gpu-1',
    '-gpu',
    'http://gpu-1',
    'gpu-1:8443',
    'gpu-1/x',
    'user@gpu-1',
    '[::1]',
    'fe80::1%eth0',
    'gerät',
    'gpu-1\n',
    'a'.repeat(254),
    'a'.repeat(64),
    'a..b',
    '..',
    ':::',
    '1:2',
    'fe80:::1',
    '1.2.3.4::',
  ])('refuses the host %j', (host) => {
    expect(endpointProblem({ ...ENDPOINT, host })).toMatch(/host must be/);
  });

  it.each([1, 443, 65535])('takes the port %d', (port) => {
    expect(endpointProblem({ ...ENDPOINT, httpPort: port, quicPort: port })).toBeUndefined();
  });

  it.each([-1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the port %d', (port) => {
    expect(endpointProblem({ ...ENDPOINT, httpPort: port })).toMatch(/HTTP port/);
    expect(endpointProblem({ ...ENDPOINT, quicPort: port })).toMatch(/QUIC port/);
  });

  it('takes 0 as "no QUIC", but an HTTP port there has to be', () => {
    expect(endpointProblem({ ...ENDPOINT, quicPort: 0 })).toBeUndefined();
    expect(endpointProblem({ ...ENDPOINT, httpPort: 0 })).toMatch(/HTTP port/);
  });

  it.each(['/', '/dcv', '/a/b?c=%20&d#e', `/${'x'.repeat(255)}`])(
    'takes the path %s',
    (webUrlPath) => {
      expect(endpointProblem({ ...ENDPOINT, webUrlPath })).toBeUndefined();
    },
  );

  it.each(['', 'dcv', '/a b', '/a\r\nb', '/ä', '/\u0000', `/${'x'.repeat(256)}`])(
    'refuses the path %j',
    (webUrlPath) => {
      expect(endpointProblem({ ...ENDPOINT, webUrlPath })).toMatch(/web URL path/);
    },
  );
});

import { DEFAULT_ENDPOINT_PORTS, endpointPolicy, type EndpointPolicy } from './endpoint-policy';

function policy(allow = '', ports = DEFAULT_ENDPOINT_PORTS): EndpointPolicy {
  const made = endpointPolicy(allow, ports);
  if ('problems' in made) throw new Error(made.problems.join('; '));
  return made;
}

function refusal(host: string, of = policy(), httpPort = 8443, quicPort = 0): string | undefined {
  return of.refusal({ host, httpPort, quicPort, webUrlPath: '/' });
}

function problems(allow: string, ports = DEFAULT_ENDPOINT_PORTS): readonly string[] {
  const made = endpointPolicy(allow, ports);
  return 'problems' in made ? made.problems : [];
}

const NEVER_ALLOWED = [
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '::FFFF:A9FE:A9FE',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '64:ff9b:0:0:0:0:a9fe:a9fe',
  '::169.254.169.254',
  '2002:a9fe:a9fe::',
  '2002:a9fe:a9fe::1',
  '::ffff:0:a9fe:a9fe',
  '::ffff:0:169.254.169.254',
  'fe80::1',
  'FE80::1',
  'febf::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '224.0.0.1',
  '239.255.255.250',
  'ff02::1',
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '255.255.255.255',
  '240.0.0.1',
  'metadata.google.internal',
  'METADATA.Google.Internal',
  'metadata.google.internal.',
  'metadata',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
];

const LOOPBACK = [
  '127.0.0.1',
  '127.255.0.7',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:0:0:0:0:7f00:1',
  'localhost',
  'LOCALHOST',
  'gpu.localhost',
  'localhost.',
  'localhost.localdomain',
  'localhost6',
  'ip6-localhost',
  '::127.0.0.1',
];

const NUMBERS_IN_DISGUISE = [
  '127.1',
  '0x7f.1',
  '0x7f000001',
  '0X7F000001',
  '2130706433',
  '0177.0.0.1',
  '010.0.0.1',
  '169.254.43518',
  '0xa9fea9fe',
  '1.2.3.4.5',
  '256.0.0.1',
  'gpu.0x1',
  '0x',
  'fe80:::1',
];

describe('the default endpoint policy', () => {
  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '203.0.113.9',
    '2001:db8::1',
    'fd12::1',
    'gpu-1',
    'gpu-1.example.com',
  ])('allows %s', (host) => {
    expect(refusal(host)).toBeUndefined();
  });

  it.each([...NEVER_ALLOWED, ...LOOPBACK, ...NUMBERS_IN_DISGUISE])('refuses %s', (host) => {
    expect(refusal(host)).toEqual(expect.any(String));
  });

  it.each([22, 25, 80, 1023, 442, 444])('refuses port %d', (port) => {
    expect(refusal('10.0.0.1', policy(), port)).toMatch(`port ${port} is not among ENDPOINT_PORTS`);
    expect(refusal('10.0.0.1', policy(), 8443, port)).toMatch(`port ${port}`);
  });

  it.each([443, 1024, 8443, 65535])('allows port %d', (port) => {
    expect(refusal('10.0.0.1', policy(), port, port)).toBeUndefined();
  });

  it('takes no offence at a host without QUIC', () => {
    expect(refusal('10.0.0.1', policy(), 8443, 0)).toBeUndefined();
  });
});

describe('ENDPOINT_ALLOW', () => {
  it('lets only listed networks and names pass', () => {
    const strict = policy('10.1.0.0/16, 2001:db8::/32, example.com');
    for (const host of [
      '10.1.0.1',
      '::ffff:10.1.2.3',
      '2001:db8:1::1',
      'example.com',
      'gpu-1.Example.COM',
    ]) {
      expect({ host, refusal: refusal(host, strict) }).toEqual({ host, refusal: undefined });
    }
    for (const host of [
      '10.2.0.1',
      '2001:db9::1',
      'example.org',
      'badexample.com',
      'example.com.evil.org',
      'gpu-1',
    ]) {
      expect(refusal(host, strict)).toMatch('not among ENDPOINT_ALLOW');
    }
  });

  it('a single address is a network of one', () => {
    expect(refusal('10.1.0.1', policy('10.1.0.1'))).toBeUndefined();
    expect(refusal('10.1.0.2', policy('10.1.0.1'))).toMatch('not among');
  });

  it.each([...NEVER_ALLOWED, ...NUMBERS_IN_DISGUISE])(
    'never opens %s, whatever it lists',
    (host) => {
      const open = policy('0.0.0.0/0,::/0,internal,goog,instance-data,metadata');
      expect(refusal(host, open)).toEqual(expect.any(String));
    },
  );

  it('opens loopback when it lists it', () => {
    expect(refusal('127.0.0.1', policy('127.0.0.0/8'))).toBeUndefined();
    expect(refusal('::1', policy('::1'))).toBeUndefined();
    expect(refusal('localhost', policy('localhost'))).toBeUndefined();
    expect(refusal('127.0.0.1', policy('10.0.0.0/8'))).toMatch('loopback');
  });

  it.each([
    '.example.com',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/8/8',
    'a b',
    'http://x',
    '10.0.0.0/',
    '1.2.3.4.5',
  ])('refuses the entry %s with a sentence that names it', (entry) => {
    expect(problems(`10.0.0.0/8,${entry}`)).toEqual([
      expect.stringContaining(`ENDPOINT_ALLOW: "${entry}"`),
    ]);
  });

  it('tells every entry that cannot be read at once', () => {
    expect(problems('.a,10.0.0.0/99', '0,8443')).toHaveLength(3);
  });
});

describe('ENDPOINT_PORTS', () => {
  it('takes ports and ranges', () => {
    const few = policy('', '8443, 9000-9001');
    expect(refusal('10.0.0.1', few, 9001)).toBeUndefined();
    expect(refusal('10.0.0.1', few, 9002)).toMatch('9002');
    expect(refusal('10.0.0.1', few, 443)).toMatch('443');
  });

  it.each(['0', '65536', '9-8', 'a', '1-2-3', '-5', '1.5'])('refuses %s', (ports) => {
    expect(problems('', ports)).toEqual([expect.stringContaining(`ENDPOINT_PORTS: "${ports}"`)]);
  });

  it('must name one', () => {
    expect(problems('', ' , ')).toEqual(['ENDPOINT_PORTS must name at least one port']);
  });
});

describe('an address that a name has resolved to', () => {
  const resolved = (host: string, address: string, allow = '') =>
    policy(allow).addressRefusal(host, address);

  it.each(['10.0.0.1', '203.0.113.9', '2001:db8::1', 'fd12::1'])('may be %s', (address) => {
    expect(resolved('gpu-1.example.com', address)).toBeUndefined();
    expect(resolved('gpu-1.example.com', address, 'example.com, 10.9.0.0/16')).toBeUndefined();
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fe80::1',
    '224.0.0.1',
    '0.0.0.0',
    '::',
    'fe80::1%eth0',
    'elsewhere.example.com',
  ])('is never %s, whatever is listed', (address) => {
    const allow = 'example.com, 169.254.0.0/16, 0.0.0.0/0, ::/0';
    expect(resolved('gpu-1.example.com', address, allow)).toEqual(expect.any(String));
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'is loopback (%s) only where that is listed, as a block or by the name that means it',
    (address) => {
      expect(resolved('gpu-1.example.com', address, 'example.com')).toMatch('loopback');
      expect(resolved('gpu-1', address)).toMatch('loopback');
      const listed = 'example.com, 127.0.0.0/8, ::1';
      expect(resolved('gpu-1.example.com', address, listed)).toBeUndefined();
      expect(resolved('Localhost.', address, 'localhost')).toBeUndefined();
    },
  );

  it('is judged as itself when the host is an address', () => {
    expect(resolved('10.1.0.1', '10.1.0.1', '10.1.0.0/16')).toBeUndefined();
    expect(resolved('10.2.0.1', '10.2.0.1', '10.1.0.0/16')).toMatch('not among ENDPOINT_ALLOW');
  });
});

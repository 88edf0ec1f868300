import { blockHolds, parseIpAddress, parseIpBlock } from './ip-address';

const block = (text: string) => {
  const parsed = parseIpBlock(text);
  if (!parsed) throw new Error(text);
  return parsed;
};

describe('parseIpAddress', () => {
  it.each([
    ['1.2.3.4', '::ffff:1.2.3.4'],
    ['1.2.3.4', '::ffff:102:304'],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1'],
    ['2001:DB8::A', '2001:db8:0::a'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['::1:2', '0:0:0:0:0:0:1:2'],
    ['64:ff9b::1.2.3.4', '1.2.3.4'],
    ['64:ff9b:0:0:0:0:102:304', '1.2.3.4'],
  ])('%s is %s', (one, other) => {
    expect(parseIpAddress(one)).toEqual(expect.any(BigInt));
    expect(parseIpAddress(one)).toBe(parseIpAddress(other));
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.-4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::12345',
    '::g',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    'fe80::1%eth0',
    '::1.2.3',
    '1.2.3.4::',
    'gpu-1',
  ])('%j is none', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

describe('address blocks', () => {
  it('hold what shares their first bits', () => {
    expect(blockHolds(block('10.0.0.0/8'), parseIpAddress('10.255.0.1')!)).toBe(true);
    expect(blockHolds(block('10.0.0.0/8'), parseIpAddress('11.0.0.0')!)).toBe(false);
    expect(blockHolds(block('10.0.0.0/8'), parseIpAddress('::ffff:10.1.1.1')!)).toBe(true);
    expect(blockHolds(block('2001:db8::/33'), parseIpAddress('2001:db8:7fff::1')!)).toBe(true);
    expect(blockHolds(block('2001:db8::/33'), parseIpAddress('2001:db8:8000::1')!)).toBe(false);
  });

  it('of no bits hold every address of their family', () => {
    expect(blockHolds(block('0.0.0.0/0'), parseIpAddress('203.0.113.1')!)).toBe(true);
    expect(blockHolds(block('0.0.0.0/0'), parseIpAddress('2001:db8::1')!)).toBe(false);
    expect(blockHolds(block('::/0'), parseIpAddress('2001:db8::1')!)).toBe(true);
  });

  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '/8',
    '1/2/3',
    'gpu/8',
  ])('%s is none', (text) => {
    expect(parseIpBlock(text)).toBeUndefined();
  });
});

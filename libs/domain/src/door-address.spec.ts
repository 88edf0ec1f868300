import { parseDoorAddress } from './door-address';

describe('parseDoorAddress', () => {
  it.each([
    ['gw.example.com:9443', 'gw.example.com', 9443],
    ['gw.example.com', 'gw.example.com', 8443],
    ['localhost:1', 'localhost', 1],
    ['192.0.2.7:443', '192.0.2.7', 443],
    ['192.0.2.7', '192.0.2.7', 8443],
    ['[2001:db8::7]:443', '2001:db8::7', 443],
    ['[2001:db8::7]', '2001:db8::7', 8443],
  ])('reads %s', (text, host, port) => {
    expect(parseDoorAddress(text, 8443)).toEqual({ host, port });
  });

  it.each([
    '',
    ':8443',
    '8443',
    'gw.example.com:',
    'gw.example.com:0',
    'gw.example.com:65536',
    'gw.example.com:https',
    'gw.example.com:1:2',
    'https://gw.example.com',
    'gw.example.com/path',
    'user@gw.example.com',
    'gw example.com',
    'gw.example.com#x',
    'gw.example.com\r\nX: y',
    '256.0.0.1',
    '10.1',
    '2001:db8::7',
    '[192.0.2.7]:443',
    '[gw.example.com]:443',
    '[2001:db8::zz]:443',
    '[2001:db8::7',
    '[2001:db8::7]443',
    `${'a'.repeat(64)}.example`,
  ])('refuses %j', (text) => {
    expect(parseDoorAddress(text, 8443)).toBeUndefined();
  });
});

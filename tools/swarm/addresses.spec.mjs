import { addressOf, zoneNames } from './addresses.mjs';

const port = 8443;

describe('the addresses of hosts', () => {
  it('are one for each, also of 20,000', () => {
    const seen = new Set();
    for (let index = 0; index < 20_000; index += 1) {
      seen.add(addressOf(index, 1, { port }).host);
    }
    expect(seen.size).toBe(20_000);
  });

  it('have a network for each zone', () => {
    const nets = [0, 1, 2, 3, 4, 5].map((index) => addressOf(index, 3, { port }).host);
    expect(nets).toEqual([
      ...['127.64.0.1', '127.65.0.1', '127.66.0.1'],
      ...['127.64.0.2', '127.65.0.2', '127.66.0.2'],
    ]);
  });

  it('are one address with a port each when it is given', () => {
    const endpoint = addressOf(5, 3, { address: '10.1.2.3', port });
    expect(endpoint).toMatchObject({ host: '10.1.2.3', httpPort: port + 5 });
  });
});

it('one zone has no name, and many have one each', () => {
  expect(zoneNames(1)).toEqual(['']);
  expect(zoneNames(3)).toEqual(['a', 'b', 'c']);
  expect(new Set(zoneNames(64)).size).toBe(64);
});

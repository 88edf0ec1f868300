import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort, freePortPreferably, isFree } from './ports.mjs';

const HOST = '127.0.0.1';
let server;

beforeEach(async () => {
  server = createServer().listen(0, HOST);
  await once(server, 'listening');
});

afterEach(() => server.close());

describe('ports', () => {
  it('takes the wanted port when it is free', async () => {
    const wanted = await freePort();
    expect(await freePortPreferably(wanted, HOST)).toBe(wanted);
  });

  it('takes another one when somebody listens on it', async () => {
    const { port } = server.address();
    const instead = await freePortPreferably(port, HOST);
    expect(instead).not.toBe(port);
    expect(await isFree(instead, HOST)).toBe(true);
  });
});

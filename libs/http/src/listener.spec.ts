import { once } from 'node:events';
import type { ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { RawConnection, TestCa } from '@rollcall/testing';
import { Listener } from './listener';

const REQUEST = 'POST / HTTP/1.1\r\nhost: x\r\n';

describe.each(['plain', 'with TLS'])('the server of a port, %s', (kind) => {
  let options: ServerOptions | undefined;
  let ca: string;
  let listener: Listener;
  let port: number;
  let refused: jest.Mock;

  beforeAll(async () => {
    if (kind === 'plain') return;
    const authority = await TestCa.create();
    const { certPem: cert, keyPem: key } = await authority.server();
    ca = authority.certPem;
    options = { cert, key, handshakeTimeout: 5_000 };
  });

  beforeEach(() => start());

  async function start(connectionsPerAddressMax?: number): Promise<void> {
    refused = jest.fn();
    listener = new Listener((_request, response) => response.end('{}'), {
      tls: options,
      refused,
      connectionsPerAddressMax,
    });
    listener.server.listen(0, '127.0.0.1');
    await once(listener.server, 'listening');
    port = (listener.server.address() as AddressInfo).port;
  }

  afterEach(stop);

  function stop(): void {
    listener.server.close();
    listener.cut();
  }

  const open = () => (options ? RawConnection.openTls(port, { ca }) : RawConnection.open(port));

  it('has the limits', () => {
    expect(listener.server).toMatchObject({
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 75_000,
      timeout: 30_000,
      maxConnections: 10_000,
    });
    expect(listener.connectionsPerAddressMax).toBe(2_000);
  });

  it.each([
    ['rubbish', 'rubbish\r\n\r\n', 400],
    ['endless headers', `${REQUEST}x: ${'y'.repeat(20_000)}`, 431],
    ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n', 405],
    ['an expectation nobody knows', `${REQUEST}expect: a miracle\r\n\r\n`, 200],
    ['no host', 'POST / HTTP/1.1\r\n\r\n', 200],
  ])('answers %s', async (_case, bytes, status) => {
    const connection = await open();
    connection.send(bytes);
    expect(await connection.next()).toMatchObject({ status });
    connection.destroy();
  });

  it('ends a request, and a handshake, that do not come to their end in time', async () => {
    const silent = await RawConnection.open(port);
    const connection = await open();
    connection.send(REQUEST);
    expect(await connection.next()).toMatchObject({ status: 408 });
    expect(await connection.rest()).toBe('');
    await silent.rest();
  }, 30_000);

  it('closes one connection more than an address may have, and no other’s', async () => {
    stop();
    await start(2);
    const held = [await RawConnection.open(port), await open()];
    const surplus = await RawConnection.open(port);
    expect(await surplus.rest()).toBe('');
    expect(refused.mock.calls).toEqual([['address', '127.0.0.1']]);
    const other = await RawConnection.open(port, { from: '127.0.0.2' });
    held[1]?.send(`${REQUEST}\r\n`);
    expect(await held[1]?.next()).toMatchObject({ status: 200 });
    expect(refused).toHaveBeenCalledTimes(1);
    for (const connection of [...held, other]) connection.destroy();
  });

  it('has room for an address again with each of its connections that ends, however it ends', async () => {
    stop();
    await start(1);
    for (const end of ['destroy', 'reset', 'finish'] as const) {
      const accepted = once(listener.server, 'connection');
      const connection = await RawConnection.open(port);
      const [socket] = (await accepted) as [Socket];
      const surplus = await RawConnection.open(port);
      await surplus.rest();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      connection[end]();
      await closed;
    }
    expect(refused).toHaveBeenCalledTimes(3);
  });

  it('tells of connections that are too many for the port', async () => {
    listener.server.maxConnections = 1;
    const held = await open();
    const surplus = await RawConnection.open(port, { from: '127.0.0.2' });
    await surplus.rest();
    expect(refused.mock.calls).toEqual([['port', '127.0.0.2']]);
    held.destroy();
  });

  it('is left by all at its end, whether or not they have said a word', async () => {
    const idle = await open();
    idle.send(`${REQUEST}\r\n`);
    expect(await idle.next()).toMatchObject({ status: 200 });
    const silent = await RawConnection.open(port);
    listener.cut();
    expect(await idle.rest()).toBe('');
    expect(await silent.rest()).toBe('');
  });
});

import { once } from 'node:events';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TestCa } from '@rollcall/testing';
import { RawConnection } from '../testing/raw-exchange';
import { serverOptions } from '../tls/tls-options';
import { Listener } from './listener';

const REQUEST = 'POST / HTTP/1.1\r\nhost: x\r\n';

describe.each(['plain', 'with TLS'])('the server of a port, %s', (kind) => {
  let options: ServerOptions | undefined;
  let ca: string;
  let listener: Listener;
  let port: number;

  beforeAll(async () => {
    if (kind === 'plain') return;
    const authority = await TestCa.create();
    const { certPem: cert, keyPem: key } = await authority.server();
    ca = authority.certPem;
    options = serverOptions({ cert, key }, 'lookups');
  });

  beforeEach(async () => {
    listener = new Listener((_request, response) => response.end('{}'), options);
    listener.server.listen(0, '127.0.0.1');
    await once(listener.server, 'listening');
    port = (listener.server.address() as AddressInfo).port;
  });

  afterEach(() => {
    listener.server.close();
    listener.cut();
  });

  const open = () => (options ? RawConnection.openTls(port, { ca }) : RawConnection.open(port));

  it('has the limits', () => {
    expect(listener.server).toMatchObject({
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 75_000,
      timeout: 30_000,
      maxConnections: 10_000,
    });
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

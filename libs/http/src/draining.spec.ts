import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchange, RawConnection } from '@rollcall/testing';
import { Draining } from './draining';

const REQUEST = 'POST / HTTP/1.1\r\nhost: x\r\n\r\n';
const LONG_MS = 60_000;

describe('the end of a server', () => {
  let server: Server;
  let port: number;
  let answer: (response: ServerResponse) => void;
  const drained = jest.fn();

  beforeEach(async () => {
    drained.mockClear();
    answer = (response) => response.end('{}');
    server = createServer((_request, response) => answer(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function keptConnection(): Promise<RawConnection> {
    const connection = await RawConnection.open(port);
    connection.send(REQUEST);
    expect((await connection.next())?.headers.connection).toBe('keep-alive');
    return connection;
  }

  it('comes at once when nobody is connected', async () => {
    await new Draining(server, drained).run(LONG_MS);
    expect(drained).not.toHaveBeenCalled();
  });

  it('comes at once when the server never listened', async () => {
    await new Draining(createServer(), drained).run(LONG_MS);
  });

  it('refuses new connections', async () => {
    const connection = await keptConnection();
    const ended = new Draining(server, drained).run(LONG_MS);
    await expect(exchange(port, REQUEST)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    connection.destroy();
    await ended;
  });

  it('answers one more request of an idle connection, and asks to close it', async () => {
    const connection = await keptConnection();
    const ended = new Draining(server, drained).run(LONG_MS);
    connection.send(REQUEST);
    expect(await connection.next()).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
    });
    expect(await connection.rest()).toBe('');
    await ended;
    expect(drained).not.toHaveBeenCalled();
  });

  it('waits for the answer to a request that is under way', async () => {
    const held: ServerResponse[] = [];
    answer = (response) => held.push(response);
    const connection = await RawConnection.open(port);
    connection.send(REQUEST);
    await once(server, 'request');
    const ended = new Draining(server, drained).run(LONG_MS);
    held[0]?.end('{}');
    expect(await connection.next()).toMatchObject({ status: 200 });
    connection.destroy();
    await ended;
  });

  it('takes no more work after its time, and cuts the connections that are left', async () => {
    const idle = await keptConnection();
    const busy = await RawConnection.open(port);
    answer = () => undefined;
    busy.send(REQUEST);
    await once(server, 'request');
    await new Draining(server, drained).run(1);
    expect(drained).toHaveBeenCalledTimes(1);
    expect(await idle.rest()).toBe('');
    expect(await busy.rest()).toBe('');
  });
});

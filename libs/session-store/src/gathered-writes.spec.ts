import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { GatheredWrites } from './gathered-writes';
import type { RedisConnection } from './redis-connection';

describe('gathered writes', () => {
  let server: Server;
  let stream: Socket;
  let writes: jest.SpyInstance;

  beforeEach(async () => {
    server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stream = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(stream, 'connect');
    // What Node's streams call once for each piece that goes out.
    writes = jest.spyOn(stream, '_writev' as never);
  });

  afterEach(() => {
    stream.destroy();
    server.close();
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('send what comes in one turn in one piece, and what comes in the next in another', async () => {
    const gathered = new GatheredWrites({ stream } as unknown as RedisConnection);
    for (const text of ['a', 'b', 'c']) {
      gathered.gather();
      stream.write(text);
    }
    expect(writes).not.toHaveBeenCalled();
    await turn();
    expect(writes).toHaveBeenCalledTimes(1);
    expect(stream.bytesWritten).toBe(3);
    gathered.gather();
    stream.write('d');
    stream.write('e');
    await turn();
    expect(writes).toHaveBeenCalledTimes(2);
  });

  it('leave a connection alone that is gone, or that is many', async () => {
    stream.destroy();
    new GatheredWrites({ stream } as unknown as RedisConnection).gather();
    expect(stream.writableCorked).toBe(0);
    new GatheredWrites({ nodes: () => [] } as unknown as RedisConnection).gather();
  });
});

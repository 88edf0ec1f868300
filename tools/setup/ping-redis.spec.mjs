import { once } from 'node:events';
import { createServer } from 'node:net';
import { pingRedis } from './ping-redis.mjs';

let server;

async function aRedis(answer) {
  const asked = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      asked.push(chunk.toString());
      socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, host: `127.0.0.1:${server.address().port}` };
}

afterEach(() => server?.close());

describe('pingRedis', () => {
  it('finds nothing wrong with a Redis that answers', async () => {
    const { host, asked } = await aRedis('+PONG\r\n');
    expect(await pingRedis(`redis://${host}/0`, {})).toBeUndefined();
    expect(asked).toEqual(['*1\r\n$4\r\nPING\r\n']);
  });

  it('shows the credentials of the URL, and those of the environment where it has none', async () => {
    const { host, asked } = await aRedis('+OK\r\n+PONG\r\n');
    const environment = { REDIS_USERNAME: 'ann', REDIS_PASSWORD: 'other' };
    await pingRedis(`redis://bob:p%40ss@${host}`, environment);
    await pingRedis(`redis://${host}`, environment);
    expect(asked[0]).toContain('$4\r\nAUTH\r\n$3\r\nbob\r\n$4\r\np@ss\r\n');
    expect(asked[1]).toContain('$4\r\nAUTH\r\n$3\r\nann\r\n$5\r\nother\r\n');
  });

  it('says what a Redis refuses with', async () => {
    const { host } = await aRedis('-NOAUTH Authentication required.\r\n');
    expect(await pingRedis(`redis://${host}`, {})).toBe('NOAUTH Authentication required.');
  });

  it('says that nobody listens', async () => {
    const { host } = await aRedis('');
    server.close();
    await once(server, 'close');
    expect(await pingRedis(`redis://${host}`, {})).toContain('ECONNREFUSED');
  });

  it.each(['localhost:6379', 'http://127.0.0.1', ''])('refuses %p as a URL', async (url) => {
    expect(await pingRedis(url, {})).toContain('redis://');
  });
});

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { attemptOf, connectTcp, heldUpAfterMs } from './tcp-connector';

const TIMEOUT_MS = 5_000;
const NOBODY = new AbortController().signal;

/** Holds up this process, timers and all, as SIGSTOP would. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a connection attempt', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => server.close());

  it('is answered by a listener, sends not a byte, and closes the connection', async () => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    expect(await connectTcp('127.0.0.1', port, TIMEOUT_MS, NOBODY)).toBe('answered');
    const [socket] = await accepted;
    const ended = once(socket, 'close');
    let bytes = 0;
    socket.on('data', (data) => (bytes += data.length));
    await ended;
    expect(bytes).toBe(0);
  });

  it('is refused where nothing listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await connectTcp('127.0.0.1', port, TIMEOUT_MS, NOBODY)).toBe('refused');
  });

  it('says nothing when it is given up', async () => {
    const giveUp = new AbortController();
    const attempt = connectTcp('127.0.0.1', port, TIMEOUT_MS, giveUp.signal);
    giveUp.abort();
    expect(await attempt).toBe('inconclusive');
    expect(await connectTcp('127.0.0.1', port, TIMEOUT_MS, giveUp.signal)).toBe('inconclusive');
  });

  it('is no verdict when this process stood still meanwhile: what came in is as old as that', async () => {
    const timeoutMs = 50;
    const attempts = [
      connectTcp('127.0.0.1', port, timeoutMs, NOBODY),
      connectTcp('127.0.0.1', 1, timeoutMs, NOBODY),
    ];
    standStill(heldUpAfterMs(timeoutMs) + 20);
    expect(await Promise.all(attempts)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('is answered when a pause lets the timer run before the answer, which has come, is read', async () => {
    const timeoutMs = 50;
    // After immediates come timers, and only then what has come in.
    await new Promise(setImmediate);
    const attempt = connectTcp('127.0.0.1', port, timeoutMs, NOBODY);
    await new Promise((resolve) => process.nextTick(resolve));
    standStill(timeoutMs + 20);
    expect(await attempt).toBe('answered');
  });

  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'silent'],
    ['EHOSTUNREACH', 'silent'],
    ['EMFILE', 'inconclusive'],
    ['ENFILE', 'inconclusive'],
    ['EADDRNOTAVAIL', 'inconclusive'],
    ['ENETUNREACH', 'inconclusive'],
    ['ENETDOWN', 'inconclusive'],
    ['ENOBUFS', 'inconclusive'],
    ['EACCES', 'inconclusive'],
    ['EPERM', 'inconclusive'],
    [undefined, 'inconclusive'],
  ])('that fails with %s is %s', (code, attempt) => {
    expect(attemptOf(code)).toBe(attempt);
  });
});

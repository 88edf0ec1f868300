import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 25;
const PATIENCE_MS = 1_000;

/** Resolves when a Redis server at this address answers PING, and rejects after the timeout. */
export async function untilAnswers(host: string, port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await answers(host, port))) {
    if (performance.now() > deadline) {
      throw new Error(`No Redis answered at ${host}:${port} within ${timeoutMs} ms.`);
    }
    await delay(RETRY_MS);
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write('PING\r\n'));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE_MS, () => finish(false));
    socket.on('data', (chunk) => finish(chunk.toString().startsWith('+PONG')));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Tries with fresh ports until `start` does not lose the race for one. */
export async function withFreePort<T>(
  start: (port: number) => Promise<T>,
  attemptsMax = 5,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === attemptsMax || !isPortTaken(error)) throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return /address already in use|port is already allocated/i.test(String(error));
}

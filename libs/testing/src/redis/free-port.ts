import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A Cluster's nodes talk on their port + 10000; both stay below the ports that outgoing connections take. */
const CLUSTER_BUS_OFFSET = 10_000;
const CLUSTER_PORTS = { first: 11_000, last: 22_767 } as const;
const CLUSTER_ATTEMPTS_MAX = 200;

/** A TCP port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return listenBriefly(0);
}

/** A port for a node of a Cluster: that of its bus was free a moment ago as well. */
export async function freeClusterPort(): Promise<number> {
  const { first, last } = CLUSTER_PORTS;
  for (let attempt = 0; attempt < CLUSTER_ATTEMPTS_MAX; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    const both = [port, port + CLUSTER_BUS_OFFSET].map(listenBriefly);
    const isFree = await Promise.all(both).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  throw new Error('no free port for a Cluster was found');
}

function listenBriefly(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Tries with fresh ports until `start` does not lose the race for one. */
export async function withFreePort<T>(
  start: (port: number) => Promise<T>,
  findPort: () => Promise<number> = freePort,
  attemptsMax = 5,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await findPort());
    } catch (error) {
      if (attempt === attemptsMax || !isPortTaken(error)) throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return /address already in use|port is already allocated/i.test(String(error));
}

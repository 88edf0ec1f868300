import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that outgoing connections take: one of those is easily gone before a program has started to listen. */
const PORTS = { first: 23_000, last: 32_767 };
const ATTEMPTS_MAX = 200;

/** Whether a port can be listened on at an address of this machine. */
export function isFree(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that nothing listens on at this moment. */
export async function freePort(host = '127.0.0.1') {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(PORTS.first, PORTS.last + 1);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no free port between ${PORTS.first} and ${PORTS.last} was found at ${host}`);
}

/** The wanted port, or, when it is taken, a free one. */
export async function freePortPreferably(wanted, host) {
  return (await isFree(wanted, host)) ? wanted : freePort(host);
}

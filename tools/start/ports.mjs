import { createServer } from 'node:net';

/** Whether a port can be listened on at an address of this machine. */
export function isFree(port, host) {
  return listen(port, host).then(
    () => true,
    () => false,
  );
}

/** A port that nothing listens on at this moment. */
export function freePort(host = '127.0.0.1') {
  return listen(0, host);
}

/** The wanted port, or, when it is taken, a free one. */
export async function freePortPreferably(wanted, host) {
  return (await isFree(wanted, host)) ? wanted : freePort(host);
}

function listen(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const bound = server.address().port;
      server.close(() => resolve(bound));
    });
  });
}

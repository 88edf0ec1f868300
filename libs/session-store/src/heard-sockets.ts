import { AbstractConnector } from 'ioredis';
import type { Socket } from 'node:net';

const SOCKET = Symbol('socket');

/**
 * Has the errors of every socket that ioredis opens heard to the end. Node 20 may report two for one socket: a server's
 * certificate that is refused, and then the server's complaint about that; ioredis listens for one, and the second would
 * end the process. The sockets to Sentinels are opened so deep inside ioredis that only its connectors know them.
 */
export function hearSockets(): void {
  if (Object.hasOwn(AbstractConnector.prototype, 'stream')) return;
  Object.defineProperty(AbstractConnector.prototype, 'stream', {
    configurable: true,
    get(this: { [SOCKET]?: Socket }) {
      return this[SOCKET];
    },
    set(this: { [SOCKET]?: Socket }, socket: Socket) {
      socket.on('error', () => undefined);
      this[SOCKET] = socket;
    },
  });
}

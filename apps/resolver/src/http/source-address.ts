import type { IncomingMessage } from 'node:http';

const addresses = new WeakMap<IncomingMessage, string>();

/** Remembers where a request comes from: its connection forgets that as soon as it breaks. */
export function noteSource(request: IncomingMessage): void {
  addresses.set(request, request.socket.remoteAddress ?? '');
}

/** Where a request that was noted came from: the connection's own address, as a header could say anything. */
export function sourceOf(request: IncomingMessage): string {
  return addresses.get(request) ?? '';
}

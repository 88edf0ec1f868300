import { once } from 'node:events';

/** Nobody listens any more, and every connection is cut, also those that are WebSockets by now. */
export async function closeServer(server, webSockets = []) {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  for (const webSocket of webSockets) webSocket.terminate();
  await closed;
}

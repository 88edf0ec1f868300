import type { Redis } from 'ioredis';

/**
 * Shows all that a Redis is sent from now on, on a connection of its own: the event `monitor`. ioredis's own `monitor()`
 * fails when the packet that says it has begun also shows a command of somebody else; that one is passed over here.
 */
export async function openMonitor(client: Redis): Promise<Redis> {
  const monitor = client.duplicate({ monitor: true, lazyConnect: false });
  monitor.on('error', () => undefined);
  await new Promise((resolve) => monitor.once('monitoring', resolve));
  return monitor;
}

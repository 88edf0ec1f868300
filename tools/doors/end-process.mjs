import { once } from 'node:events';

/** Ends a child: SIGTERM, and SIGKILL once it has had this long; resolves when it and its output have ended. */
export async function endProcess(child, timeoutMs) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await ended;
  clearTimeout(timer);
}

import { spawn } from 'node:child_process';

/**
 * Runs a shell command if this process ends, however it ends, before the returned function is called.
 * A SIGKILL runs no exit handler, so a waiting shell notices that its standard input was closed.
 */
export function afterDeath(script: string, ...args: string[]): () => void {
  const watcher = spawn('sh', ['-c', `read -r done || { ${script}; }`, 'after-death', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return () => watcher.stdin.end('done\n');
}

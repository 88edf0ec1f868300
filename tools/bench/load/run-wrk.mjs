import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../site/programs.mjs';
import { pinnedTo } from '../site/processors.mjs';

const SCRIPT = fileURLToPath(new URL('./lookups.lua', import.meta.url));
/** What a request may take before it counts as lost. */
const REQUEST_TIMEOUT_S = 2;
const START_AND_END_MS = 30_000;

/**
 * Asks a server over so many connections, each of which sends its next request when it has had the answer to its last one;
 * `path` has an `@` where the id stands. Resolves to `{ requests, durationUs, refused, lost, p50Us, p99Us }`, `refused`
 * being the answers with a status from 400 on.
 */
export async function runWrk({ port, connections, seconds, idsFile, path, processor, signal }) {
  const [command, ...args] = [
    ...pinnedTo(processor),
    ...[programFile(PROGRAMS.wrk), '--threads', '1', '--connections', String(connections)],
    ...['--duration', `${seconds}s`, '--timeout', `${REQUEST_TIMEOUT_S}s`, '--script', SCRIPT],
    ...[`http://127.0.0.1:${port}`, '--', idsFile, path],
  ];
  const timeout = seconds * 1_000 + START_AND_END_MS;
  const wrk = spawn(command, args, { signal, timeout, killSignal: 'SIGKILL' });
  let said = '';
  for (const stream of [wrk.stdout, wrk.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = await once(wrk, 'close');
  const line = said.split('\n').find((one) => one.startsWith('{'));
  if (code !== 0 || !line)
    throw new Error(`wrk did not end as it should (${code ?? 'killed'}) at ${path}:\n${said}`);
  return JSON.parse(line);
}

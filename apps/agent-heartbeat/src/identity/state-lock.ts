import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { StateError } from './state-error';
import { codeOf } from './state-file';

/** Held while the agent lives. */
export interface StateLock {
  release(): Promise<void>;
}

const ADDRESS_BYTES_MAX = 100;
const ATTEMPTS_MAX = 3;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * Makes sure that no second agent works on the directory. The lock is a socket that the agent listens on: the system
 * closes it with the process, however that ends, so what a killed agent leaves behind holds nobody up. (Two starts in
 * the same millisecond over such a remnant could both pass; the boot number then decides between them.)
 * @throws StateError when another agent has it.
 */
export async function lockStateDir(dir: string): Promise<StateLock> {
  const address = addressOf(dir);
  for (let attempt = 1; ; attempt++) {
    try {
      return lockOf(await listen(address));
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw unusable(dir, error);
      if (attempt === ATTEMPTS_MAX || (await isAnswered(address))) throw taken(dir);
      rmSync(address, { force: true });
    }
  }
}

function addressOf(dir: string): string {
  const absolute = resolve(dir);
  if (process.platform === 'win32') {
    const name = createHash('sha256').update(absolute.toLowerCase()).digest('hex').slice(0, 32);
    return `\\\\.\\pipe\\rollcall-agent-${name}`;
  }
  const address = join(absolute, 'agent.lock');
  if (Buffer.byteLength(address) > ADDRESS_BYTES_MAX) {
    throw new StateError(
      `The path of the state directory ${dir} is too long: ${address} must not exceed ${ADDRESS_BYTES_MAX} bytes.`,
    );
  }
  return address;
}

function listen(address: string): Promise<Server> {
  return new Promise((fulfil, reject) => {
    const server = createServer((visitor) => visitor.destroy());
    server.once('error', reject);
    server.listen(address, () => fulfil(server.unref()));
  });
}

function lockOf(server: Server): StateLock {
  server.on('error', () => undefined);
  return { release: () => new Promise((fulfil) => server.close(() => fulfil())) };
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((fulfil) => {
    const visitor = connect(address);
    visitor.setTimeout(CONNECT_TIMEOUT_MS, () => visitor.destroy(new Error('no answer')));
    visitor.once('connect', () => visitor.destroy());
    visitor.once('error', (error) => fulfil(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error))));
    visitor.once('close', (hadError) => hadError || fulfil(true));
  });
}

function taken(dir: string): StateError {
  return new StateError(
    `Another agent is running with the state directory ${dir}: stop it, or give each agent its own AGENT_STATE_DIR.`,
  );
}

function unusable(dir: string, error: unknown): StateError {
  return new StateError(
    `The state directory ${dir} cannot be locked (${codeOf(error)}): it must be on a local file system that the agent's user may write to.`,
    { cause: error },
  );
}

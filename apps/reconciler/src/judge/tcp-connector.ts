import { connect } from 'node:net';

/** What one attempt to connect to one address came to. */
export type Attempt =
  | 'answered'
  | 'refused'
  | 'silent'
  /** This process or machine has trouble of its own, or was paused: the attempt says nothing about the other side. */
  | 'inconclusive';

/** Connects to an address (never a name) and a port within a time, or until the signal; never rejects. */
export type Connector = (
  address: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<Attempt>;

/** The network's or the other host's word that nobody is there; anything else that is not a refusal is our own trouble. */
const SILENCE = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ECONNRESET', 'ECONNABORTED']);

/** A result that comes later than its time by more than this was held up here: by a pause, or for want of CPU. */
const HELD_UP_SHARE = 0.5;
const HELD_UP_MIN_MS = 200;

/** How late a result may be to count. */
export function heldUpAfterMs(timeoutMs: number): number {
  return timeoutMs + Math.max(HELD_UP_SHARE * timeoutMs, HELD_UP_MIN_MS);
}

/** Opens a TCP connection and closes it at once: not a byte is sent. */
export const connectTcp: Connector = (address, port, timeoutMs, signal) =>
  new Promise((resolve) => {
    const startedAtMs = performance.now();
    const socket = connect({ host: address, port, autoSelectFamily: false });
    const end = (attempt: Attempt) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      const isHeldUp = performance.now() - startedAtMs > heldUpAfterMs(timeoutMs);
      resolve(isHeldUp ? 'inconclusive' : attempt);
    };
    const abort = () => end('inconclusive');
    socket.once('connect', () => end('answered'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(attemptOf(error.code)));
    // After a pause Node runs timers before it reads what has come in: give that a chance.
    const timer = setTimeout(() => setImmediate(() => end('silent')), timeoutMs);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });

/** What an error of a connection attempt says, by its code. */
export function attemptOf(code: string | undefined): Attempt {
  if (code === 'ECONNREFUSED') return 'refused';
  return code !== undefined && SILENCE.has(code) ? 'silent' : 'inconclusive';
}

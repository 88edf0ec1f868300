import { createHash } from 'node:crypto';

const HEX_DIGITS = 8;

/** Stands for a session id in a log line above debug level: correlates lines, reveals nothing. */
export function maskSessionId(id: string): string {
  return `#${createHash('sha256').update(id).digest('hex').slice(0, HEX_DIGITS)}`;
}

import { ftruncateSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';

const TAIL_LINES = 12;
const LINE_CHARS_MAX = 400;
const SIZE_MAX_BYTES = 20 * 1024 * 1024;

/** Opens an emptied log for a process to append to; returns the descriptor. */
export function openLog(path) {
  const descriptor = openSync(path, 'a');
  ftruncateSync(descriptor);
  return descriptor;
}

/** Empties a log that has grown too long; its writer goes on at the top, as it appends. */
export function boundLog(path) {
  if (statSync(path).size > SIZE_MAX_BYTES) truncateSync(path);
}

/** The last lines of a log, readable: of a JSON line its level, its message and its error. */
export function logTail(path) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(-TAIL_LINES);
  return lines.map((line) => readable(line).slice(0, LINE_CHARS_MAX));
}

function readable(line) {
  try {
    const { level, msg, err } = JSON.parse(line);
    return [level, msg, err?.message].filter(Boolean).join(' · ') || line;
  } catch {
    return line;
  }
}

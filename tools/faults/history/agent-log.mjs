import { momentOfWallClock } from './moment.mjs';

const MARK = '"msg":"report"';

/**
 * Turns an agent's log lines into records of its reports: fence, list, outcome, and the span in which the store can have
 * applied each. An agent whose clock is wrong (`trusted: false`) is believed about durations only.
 */
export function reportFrom(line, { recorder, host, trusted = true }) {
  if (!line.includes(MARK)) return undefined;
  const { time, boot, sequence, sessions, leaving = false, outcome, tookMs } = JSON.parse(line);
  const heardAt = recorder.now();
  const end = trusted ? recorder.since(momentOfWallClock(Date.parse(time) + 1)) : heardAt;
  const { id: server, address, port, zone } = host;
  return {
    server,
    ...{ boot, sequence, sessions, leaving, outcome, host: address, port, zone },
    // The line's time is whole milliseconds.
    start: Math.round((end - tookMs - 2) * 100) / 100,
    end: Math.min(end, heardAt),
  };
}

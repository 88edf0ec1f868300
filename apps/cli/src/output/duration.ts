const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** A duration as people say it: `1.2 s`, `42 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 10 * SECOND) return `${(Math.floor(durationMs / 100) / 10).toFixed(1)} s`;
  if (durationMs < MINUTE) return `${Math.floor(durationMs / SECOND)} s`;
  if (durationMs < HOUR) return inTwo(durationMs, MINUTE, 'min', SECOND, 's');
  if (durationMs < DAY) return inTwo(durationMs, HOUR, 'h', MINUTE, 'min');
  return inTwo(durationMs, DAY, 'd', HOUR, 'h');
}

/** Reads `500ms`, `30s`, `15m`, `1.5h` or `2d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit] ?? 0));
}

function inTwo(
  durationMs: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
) {
  const rest = Math.floor((durationMs % large) / small);
  const whole = `${Math.floor(durationMs / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

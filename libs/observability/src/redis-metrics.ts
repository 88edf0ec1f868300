import type { DurationSeries } from './duration-histogram';
import type { Metrics } from './metrics';

/** Hears how the commands of a connection to Redis fare; fits the session store's observer. */
export interface RedisObserver {
  commandFinished(command: string, seconds: number, ok: boolean): void;
  connectionChanged(up: boolean): void;
}

/** Turns what a connection to Redis tells into metrics: whether it is up, and what its commands take. */
export function redisMetrics(metrics: Metrics): RedisObserver {
  const up = metrics.gauge({ name: 'redis_up', help: '1 while the connection to Redis is usable' });
  const duration = metrics.durations({
    name: 'redis_command_duration_seconds',
    help: "Duration of the store's commands",
  });
  const ok = new Map<string, DurationSeries>();
  const failed = new Map<string, DurationSeries>();
  const make = (command: string, isOk: boolean) => {
    const series = duration.labels({ command, outcome: isOk ? 'ok' : 'failed' });
    (isOk ? ok : failed).set(command, series);
    return series;
  };
  return {
    commandFinished: (command, seconds, isOk) =>
      ((isOk ? ok : failed).get(command) ?? make(command, isOk)).observe(seconds),
    connectionChanged: (isUp) => up.set(isUp ? 1 : 0),
  };
}

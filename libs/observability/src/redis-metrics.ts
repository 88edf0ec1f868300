import type { Metrics } from './metrics';

/** Hears how the commands of a connection to Redis fare; fits the session store's observer. */
export interface RedisObserver {
  commandFinished(command: string, seconds: number, ok: boolean): void;
  connectionChanged(up: boolean): void;
}

/** Turns what a connection to Redis tells into metrics: whether it is up, and what its commands take. */
export function redisMetrics(metrics: Metrics): RedisObserver {
  const up = metrics.gauge({ name: 'redis_up', help: '1 while the connection to Redis is usable' });
  const duration = metrics.histogram({
    name: 'redis_command_duration_seconds',
    help: "Duration of the store's commands",
    labelNames: ['command', 'outcome'],
  });
  return {
    commandFinished: (command, seconds, ok) =>
      duration.observe({ command, outcome: ok ? 'ok' : 'failed' }, seconds),
    connectionChanged: (isUp) => up.set(isUp ? 1 : 0),
  };
}

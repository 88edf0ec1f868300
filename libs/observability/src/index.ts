export type { Logger } from 'pino';
export { ListenError, listenError, type ListenAttempt } from './listen-error';
export { createLogger, type LoggerOptions } from './logger';
export { maskSessionId } from './masked-session-id';
export { Metrics } from './metrics';
export { OpsServer, type OpsServerOptions } from './ops-server';
export { PinoLoggerService } from './pino-logger.service';
export { redisMetrics, type RedisObserver } from './redis-metrics';
export { runMain, type RunningApp } from './run-main';

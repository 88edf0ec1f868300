import { IsIn } from 'class-validator';
import { Setting, type Settings } from './setting.decorator';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** From which level on lines are written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How much an app says. */
export interface LogConfig {
  readonly level: LogLevel;
}

/** How much an app says. */
export class LogSettings implements Settings<LogConfig> {
  @Setting({
    default: 'info',
    about: `How much is logged: ${LOG_LEVELS.join(', ')}; debug shows session ids in full`,
  })
  @IsIn(LOG_LEVELS, { message: `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL!: LogLevel;

  toConfig(): LogConfig {
    return { level: this.LOG_LEVEL };
  }
}

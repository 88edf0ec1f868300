import { Logger, type LoggerService } from '@nestjs/common';

export interface LogLine {
  readonly level: 'log' | 'warn' | 'error' | 'debug';
  readonly text: string;
}

/** Takes the place of Nest's logger, so that a test can read what was said. */
export class RecordedLog implements LoggerService {
  readonly lines: LogLine[] = [];

  static install(): RecordedLog {
    const log = new RecordedLog();
    Logger.overrideLogger(log);
    return log;
  }

  /** What a reader sees at this level and above debug, without the context. */
  texts(...levels: readonly LogLine['level'][]): string[] {
    return this.lines.filter(({ level }) => levels.includes(level)).map(({ text }) => text);
  }

  log = (...parts: unknown[]) => this.add('log', parts);
  warn = (...parts: unknown[]) => this.add('warn', parts);
  error = (...parts: unknown[]) => this.add('error', parts);
  debug = (...parts: unknown[]) => this.add('debug', parts);

  private add(level: LogLine['level'], parts: readonly unknown[]): void {
    const said = parts.slice(0, -1).filter((part) => part !== undefined);
    const text = said.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
    this.lines.push({ level, text: text.join(' ') });
  }
}

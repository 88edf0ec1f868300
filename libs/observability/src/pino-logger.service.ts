import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/** What Nest says while it wires an app: of interest only to who looks for a fault there. */
const WIRING_CONTEXTS = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * Nest's logger on top of pino. Takes text, an object of fields, or an error as message; further arguments are fields,
 * an error, or (the last text) the context.
 */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Besides, Nest itself passes a stack trace as text. */
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  /** Besides, Nest itself passes a stack trace as text. */
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const parts = context === undefined ? rest : rest.slice(0, -1);
    const effective = level === 'info' && isWiring(context) ? 'debug' : level;
    if (!this.logger.isLevelEnabled(effective)) return;

    const fields: Record<string, unknown> = context === undefined ? {} : { context };
    const texts: string[] = [];
    for (const part of [message, ...parts]) {
      if (part instanceof Error) fields['err'] = part;
      else if (typeof part === 'object' && part !== null) Object.assign(fields, part);
      else if (typeof part === 'string' && isStack(part)) fields['stack'] = part;
      else if (part !== undefined && part !== null) texts.push(String(part));
    }
    if (texts.length > 0) this.logger[effective](fields, texts.join(' '));
    else this.logger[effective](fields, messageOf(fields['err']));
  }
}

function isWiring(context: string | undefined): boolean {
  return context !== undefined && WIRING_CONTEXTS.has(context);
}

function isStack(text: string): boolean {
  return /\n\s+at /.test(text);
}

function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined;
}

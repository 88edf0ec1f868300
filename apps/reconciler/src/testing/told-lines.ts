import { Logger } from '@nestjs/common';

export interface ToldLine {
  readonly level: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is logged from now on, instead of writing it. */
export function toldLines(): ToldLine[] {
  const lines: ToldLine[] = [];
  const tell =
    (level: string) =>
    (...parts: unknown[]): void => {
      const fields = Object.assign({}, ...parts.filter((part) => typeof part === 'object'));
      const texts = parts.slice(0, -1).filter((part) => typeof part === 'string');
      lines.push({ level, text: texts.join(' '), fields });
    };
  Logger.overrideLogger({
    log: tell('log'),
    warn: tell('warn'),
    error: tell('error'),
    debug: () => undefined,
  });
  return lines;
}

import type { Cli } from '../roll/roll';
import type { Terminal } from '../terminal';
import { jsonText } from './json-text';
import { cutToWidth } from './visible-text';

/** Something read again and again. */
export interface LiveView<T> {
  read(): Promise<T>;
  /** For people. */
  text(value: T): string;
  /** For programs. */
  json(value: T): unknown;
  /** What counts as a change where nothing can be redrawn: everything but ages. */
  essence(value: T): unknown;
  /** The sentence for a failure that may pass; undefined for any other. */
  outage(error: unknown): string | undefined;
}

interface Surface<T> {
  show(value: T): void;
  outage(sentence: string): void;
}

const EVERY_MS = 1_000;

/** Shows a view until Ctrl-C: redrawn in place for a person, printed anew on every change otherwise. */
export async function follow<T>(
  { terminal, pause }: Pick<Cli, 'terminal' | 'pause'>,
  view: LiveView<T>,
  options: { readonly json: boolean },
): Promise<void> {
  const signal = terminal.interruption();
  const surface =
    terminal.isTty && !options.json ? redrawn(terminal, view) : printed(terminal, view, options);
  while (!signal.aborted) {
    try {
      surface.show(await view.read());
    } catch (error) {
      const sentence = view.outage(error);
      if (sentence === undefined) throw error;
      surface.outage(sentence);
    }
    await pause(EVERY_MS, signal);
  }
}

function redrawn<T>(terminal: Terminal, view: LiveView<T>): Surface<T> {
  let linesDrawn = 0;
  const draw = (text: string) => {
    const lines = fitted(text.split('\n'), terminal);
    const home = linesDrawn > 0 ? `\u001b[${linesDrawn}A\r` : '';
    terminal.out(`${home}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    linesDrawn = lines.length;
  };
  return {
    show: (value) => draw(view.text(value)),
    outage: (sentence) => draw(`${sentence}; trying again`),
  };
}

function printed<T>(
  terminal: Terminal,
  view: LiveView<T>,
  { json }: { readonly json: boolean },
): Surface<T> {
  let shown: string | undefined;
  let printedBefore = false;
  let away = false;
  return {
    show: (value) => {
      away = false;
      const essence = JSON.stringify(view.essence(value));
      if (essence === shown) return;
      const gap = printedBefore ? '\n' : '';
      terminal.out(
        json
          ? `${jsonText(view.json(value), { isOneLine: true })}\n`
          : `${gap}${view.text(value)}\n`,
      );
      shown = essence;
      printedBefore = true;
    },
    outage: (sentence) => {
      if (!away) terminal.err(`rollcall: ${sentence}; trying again\n`);
      away = true;
      shown = undefined;
    },
  };
}

/** Cuts what would wrap or scroll, as a redraw could not take that back. */
function fitted(lines: readonly string[], { columns, rows }: Terminal): string[] {
  const room = rows - 1;
  const kept =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return kept.map((line) => cutToWidth(line, columns));
}

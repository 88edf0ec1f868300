/** Where a command's words go, and where Ctrl-C comes from. */
export interface Terminal {
  /** Whether a person looks at what `out` writes: only then may it be redrawn. */
  readonly isTty: boolean;
  readonly columns: number;
  readonly rows: number;
  out(text: string): void;
  err(text: string): void;
  /** Aborts at Ctrl-C or SIGTERM. Asking for it takes their usual effect from the first one; a second one ends the process. */
  interruption(): AbortSignal;
}

const COLUMNS = 80;
const ROWS = 24;

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    isTty: stdout.isTTY === true,
    get columns() {
      return stdout.columns ?? COLUMNS;
    },
    get rows() {
      return stdout.rows ?? ROWS;
    },
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interruption: () => {
      const controller = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => controller.abort());
      }
      return controller.signal;
    },
  };
}

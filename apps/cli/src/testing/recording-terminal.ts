import type { Terminal } from '../terminal';

/** A terminal that keeps what it is told. */
export class RecordingTerminal implements Terminal {
  outText = '';
  errText = '';
  isTty = false;
  columns = 200;
  rows = 50;
  private readonly interrupt = new AbortController();

  readonly out = (text: string): void => {
    this.outText += text;
  };

  readonly err = (text: string): void => {
    this.errText += text;
  };

  readonly interruption = (): AbortSignal => this.interrupt.signal;

  pressCtrlC(): void {
    this.interrupt.abort();
  }
}

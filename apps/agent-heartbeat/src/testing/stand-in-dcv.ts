import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface StandInCall {
  readonly args?: readonly string[];
  readonly pid?: number;
  readonly child?: number;
  readonly stdinIsEmpty?: boolean;
}

const PROGRAM = resolve(__dirname, '../../test/stand-in-dcv.mjs');

/** A `dcv` of a test's own: test/stand-in-dcv.mjs behind a path without arguments, as the agent wants it. */
export class StandInDcv {
  readonly command: string;
  private readonly dir = mkdtempSync(join(tmpdir(), 'rollcall-dcv-'));
  private readonly control = join(this.dir, 'control.json');

  constructor(...ids: readonly string[]) {
    this.command = join(this.dir, 'dcv');
    const words = [process.execPath, PROGRAM, this.control].map((word) => `'${word}'`).join(' ');
    writeFileSync(this.command, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    this.lists(...ids);
  }

  lists(...ids: readonly string[]): void {
    this.does('ok', ids);
  }

  does(mode: string, ids: readonly string[] = [], delayMs = 0): void {
    const sessions = ids.map((id) => ({ id, owner: 'somebody', type: 'virtual' }));
    this.says(sessions, mode, delayMs);
  }

  /** Lists the sessions with just these properties. */
  says(sessions: readonly object[], mode = 'ok', delayMs = 0): void {
    writeFileSync(`${this.control}.new`, JSON.stringify({ mode, sessions, delayMs }));
    renameSync(`${this.control}.new`, this.control);
  }

  calls(): StandInCall[] {
    const file = `${this.control}.calls`;
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as StandInCall);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

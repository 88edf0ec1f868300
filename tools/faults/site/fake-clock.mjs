import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A wall clock for one process that can be wrong, and jump; how fast time passes it cannot change. */
export class FakeClock {
  #library = libraryOfFaketime();
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-clock-'));
  #file = join(this.#folder, 'offset');

  constructor() {
    this.jumpTo(0);
  }

  /** What a program is started by, so that it has this clock. */
  get wrapper() {
    return [
      'env',
      `LD_PRELOAD=${this.#library}`,
      `FAKETIME_TIMESTAMP_FILE=${this.#file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ];
  }

  /** From now on it is so far ahead of the machine's. */
  jumpTo(offsetMs) {
    const seconds = offsetMs / 1_000;
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function libraryOfFaketime() {
  const args = ['-f', '+0s', 'sh', '-c', 'printf %s "$LD_PRELOAD"'];
  const { status, stdout } = spawnSync('faketime', args, { encoding: 'utf8' });
  if (status !== 0 || !stdout)
    throw new Error(
      'This fault gives an agent a wrong clock, which needs the command faketime: install it (Debian, Ubuntu: apt install faketime).',
    );
  return stdout;
}

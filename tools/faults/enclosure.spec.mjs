import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInTheOpen } from './enclosure.mjs';

/** Ends with 3 when its standard input ends, else with the code that it is given. */
const PROGRAM = `
  process.stdin.on('end', () => process.exit(3)).resume();
  setTimeout(() => process.exit(Number(process.argv[2])), 200);
`;

describe('faults without namespaces', () => {
  let folder;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollcall-enclosure-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([0, 1])('run to their end, and give its code, %d', async (code) => {
    const program = join(folder, 'program.js');
    writeFileSync(program, PROGRAM);
    expect(await runInTheOpen(program, [String(code)])).toBe(code);
  });
});

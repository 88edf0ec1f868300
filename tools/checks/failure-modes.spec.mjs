import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const PAGE = 'docs/failure-modes.md';
const WIRE_CODES = 'libs/contracts/src/error-codes.ts';

const read = (path) => readFileSync(join(root, path), 'utf8');
const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match.slice(1));

/** Code and status of every answer that is not a 200. */
function wireCodes() {
  const [table] = read(WIRE_CODES).split('} as const');
  return matches(table, /^ {2}([A-Z_]+): \{\s*status: (\d{3})/gm);
}

/** The codes of errors that are classes. */
function errorClassCodes() {
  return sources().flatMap((path) =>
    matches(read(path), /readonly code = '([A-Z_]+)'/g).map(([code]) => code),
  );
}

function sources() {
  return ['apps', 'libs'].flatMap((room) =>
    readdirSync(join(root, room)).flatMap((project) => {
      const folder = join(room, project, 'src');
      return readdirSync(join(root, folder), { recursive: true })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
        .map((file) => join(folder, file));
    }),
  );
}

/** Every code that has a heading of its own, with its status if the heading names one. */
function explainedCodes() {
  return matches(read(PAGE), /^### `([A-Z_]+)`(?: \((\d{3})\))?$/gm);
}

describe(PAGE, () => {
  it('explains every code that leaves a process, each once, and none that does not exist', () => {
    const codes = new Set([...wireCodes().map(([code]) => code), ...errorClassCodes()]);
    expect(
      explainedCodes()
        .map(([code]) => code)
        .sort(),
    ).toEqual([...codes].sort());
  });

  it('names the status of every answer', () => {
    const explained = explainedCodes().filter(([, status]) => status !== undefined);
    expect(Object.fromEntries(explained)).toEqual(Object.fromEntries(wireCodes()));
  });

  it('finds the codes in the sources at all', () => {
    expect(wireCodes().length).toBeGreaterThan(10);
    expect(errorClassCodes()).toContain('STORE_UNAVAILABLE');
  });

  it('names every exit code of the command line', () => {
    const codes = matches(read('apps/cli/src/exit-codes.ts'), /^ {2}\w+: (\d+),$/gm).flat();
    const [, table] = /## Exit codes\n([\s\S]*?)\n## /.exec(read(PAGE)) ?? [];
    const named = matches(table ?? '', /^\| ([\d, ]+?) +\|/gm).flatMap(([cell]) =>
      cell.split(', '),
    );
    expect(codes.length).toBeGreaterThan(3);
    expect(named).toEqual(expect.arrayContaining(codes));
  });
});

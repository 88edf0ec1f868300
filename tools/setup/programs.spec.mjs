import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, missingPrograms } from './programs.mjs';

let folder;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollcall-programs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('findProgram', () => {
  it('takes the first of its names that is on the PATH', () => {
    const file = join(folder, 'second-name');
    writeFileSync(file, '');
    expect(findProgram({ names: ['first-name', 'second-name'] }, folder)).toBe(file);
  });

  it('finds nothing where there is none', () => {
    expect(findProgram({ names: ['no-such-program'] }, folder)).toBeUndefined();
  });

  it('takes a path as it is', () => {
    expect(findProgram({ names: [folder] }, '')).toBe(folder);
  });
});

it('tells the programs that are missing', () => {
  const programs = {
    there: { package: 'one', names: [folder] },
    missing: { package: 'two', names: ['no-such-program'] },
  };
  expect(missingPrograms(programs)).toEqual([programs.missing]);
});

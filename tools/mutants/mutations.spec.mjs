import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { FAULT_MUTANTS } from '../faults/mutants/mutations.mjs';
import { MUTANTS } from './mutations.mjs';

const EDITED = [...MUTANTS, ...FAULT_MUTANTS];

describe('each mutant', () => {
  it.each(EDITED.map((mutant) => [mutant.name, mutant]))('%s still fits the code', (_, mutant) => {
    for (const { file, find, replace } of mutant.edits) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(text.split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
    }
  });

  it('is noticed by tests that are there', () => {
    for (const { config } of MUTANTS) expect(existsSync(join(root, config))).toBe(true);
  });

  it('has a name of its own', () => {
    expect(new Set(EDITED.map(({ name }) => name)).size).toBe(EDITED.length);
  });
});

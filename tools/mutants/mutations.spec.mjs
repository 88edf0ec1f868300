import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { MUTANTS } from './mutations.mjs';

describe('each mutant', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant]))('%s still fits the code', (_, mutant) => {
    expect(existsSync(join(root, mutant.config))).toBe(true);
    for (const { file, find, replace } of mutant.edits) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(text.split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
    }
  });

  it('has a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});

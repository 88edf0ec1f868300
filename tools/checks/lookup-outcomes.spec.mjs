import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const PAGE = 'docs/operations.md';
const OUTCOMES = 'apps/resolver/src/resolve/lookup-decision.ts';

const read = (path) => readFileSync(join(root, path), 'utf8');

describe(PAGE, () => {
  it('explains every outcome that lookups are counted under, each once, and no other', () => {
    const [, list] = /LOOKUP_OUTCOMES = \[([^\]]+)\]/.exec(read(OUTCOMES)) ?? [];
    const outcomes = [...list.matchAll(/'(\w+)'/g)].map(([, outcome]) => outcome);
    const [, section] = /\n### Outcomes of lookups\n([\s\S]*?)\n## /.exec(read(PAGE)) ?? [];
    const explained = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, outcome]) => outcome);
    expect(outcomes.length).toBeGreaterThan(10);
    expect(explained.sort()).toEqual(outcomes.sort());
  });
});

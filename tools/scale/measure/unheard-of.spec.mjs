import { unheardOf } from './unheard-of.mjs';

const sample = (of, at, traits) => ({ type: 'sample', of, at, ...traits });
const SEEN = [
  ['resolver-1', 'heap'],
  ['redis', 'memory'],
];

describe('what was not heard of at the end', () => {
  it('is nobody when all have told what they hold', () => {
    const records = [sample('resolver-1', 90, { heap: 5 }), sample('redis', 95, { memory: 7 })];
    expect(unheardOf(records, SEEN, 90)).toEqual([]);
  });

  it('is who died on the way', () => {
    const records = [sample('resolver-1', 89, { heap: 5 }), sample('redis', 95, { memory: 7 })];
    expect(unheardOf(records, SEEN, 90)).toEqual(['resolver-1']);
  });

  it('is who tells something else', () => {
    const records = [
      sample('resolver-1', 95, { heap: 0 }),
      { type: 'load', of: 'redis', at: 95, memory: 7 },
    ];
    expect(unheardOf(records, SEEN, 90)).toEqual(['resolver-1', 'redis']);
  });
});

import * as fc from 'fast-check';
import { LOCALS } from './model-ids';
import type { Judged, ModelStep, NextList } from './model-step';

/** Whatever fits into this many steps; a longer story finds little more, and takes longer to tell. */
const STEPS_MAX = 30;

const PASSES_MS = [100, 500, 1_250, 5_000, 5_500, 9_500, 11_500, 20_000, 25_000] as const;
const FREEZES_MS = [1_000, 4_900, 5_100, 20_000, 40_000, 900_001] as const;
const JUMPS_MS = [-30_000, -4_000, -1_000, 1_000, 4_000, 6_000, 30_000] as const;

const which = fc.nat({ max: 7 });
const agent = fc.constantFrom(0 as const, 1 as const);
const rarely = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant(true) },
);

const list: fc.Arbitrary<NextList | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.subarray([...LOCALS] as string[]) },
  { weight: 1, arbitrary: fc.constantFrom('unknown' as const, 'withheld' as const) },
);

const report = fc.record({
  do: fc.constant('report' as const),
  agent,
  list,
  endpoint: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constant('new' as const) },
    { weight: 1, arbitrary: fc.constant('other’s' as const) },
  ),
  restarts: rarely,
  held: rarely,
});

const judged: fc.Arbitrary<Judged> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Judged[]>('alive', 'dead') },
  { weight: 1, arbitrary: fc.constantFrom<Judged[]>('nothing', 'surely dead', 'protected') },
  { weight: 1, arbitrary: fc.constantFrom<Judged[]>('expired', 'replaced') },
);

function step<Name extends string>(name: Name) {
  return { do: fc.constant(name) };
}

function duration(ms: readonly number[], max: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ms) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max }) },
  );
}

const anyStep: fc.Arbitrary<ModelStep> = fc.oneof(
  { weight: 26, arbitrary: report },
  { weight: 18, arbitrary: fc.record({ ...step('pass'), ms: duration(PASSES_MS, 30_000) }) },
  { weight: 16, arbitrary: fc.record({ ...step('go on'), which, toTheEnd: rarely }) },
  { weight: 9, arbitrary: fc.record({ ...step('sweep'), reconciler: agent, held: fc.boolean() }) },
  {
    weight: 9,
    arbitrary: fc.record({
      ...step('judge'),
      reconciler: agent,
      verdicts: fc.tuple(judged, judged),
      held: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...step('protect'),
      reconciler: agent,
      to: fc.constantFrom('on' as const, 'ended' as const, 'off' as const),
      held: rarely,
    }),
  },
  { weight: 6, arbitrary: fc.record({ ...step('replay'), which, held: rarely }) },
  { weight: 4, arbitrary: fc.record({ ...step('crash'), agent }) },
  { weight: 3, arbitrary: fc.record({ ...step('look up'), which }) },
  { weight: 3, arbitrary: fc.record({ ...step('leave'), agent }) },
  { weight: 3, arbitrary: fc.record({ ...step('withdraw'), agent, held: rarely }) },
  { weight: 3, arbitrary: fc.record({ ...step('cut'), agent }) },
  { weight: 2, arbitrary: fc.record({ ...step('heal'), agent }) },
  { weight: 3, arbitrary: fc.record({ ...step('freeze'), ms: duration(FREEZES_MS, 60_000) }) },
  { weight: 2, arbitrary: fc.record({ ...step('evict now'), agent }) },
  { weight: 2, arbitrary: fc.record(step('lose')) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...step('go down'),
      failure: fc.constantFrom('refused' as const, 'unreachable' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record(step('come back')) },
  { weight: 2, arbitrary: fc.record({ ...step('jump'), ms: duration(JUMPS_MS, 30_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...step('restart resolver'),
      refuses: fc.option(agent, { nil: undefined }),
    }),
  },
);

const SETTLED: readonly ModelStep[] = [{ do: 'pass', ms: 12_000 }];

const LAPSED: readonly ModelStep[] = [
  ...SETTLED,
  { do: 'report', agent: 0, list: ['console'] },
  { do: 'cut', agent: 0 },
  { do: 'pass', ms: 21_000 },
];

/** How a story begins: most races are one step away from where one of these ends. */
const BEGINNINGS: readonly (readonly ModelStep[])[] = [
  SETTLED,
  [
    { do: 'report', agent: 0, list: ['console'] },
    { do: 'report', agent: 1, list: ['console', 'design'] },
    ...SETTLED,
  ],
  [...LAPSED, { do: 'heal', agent: 0 }],
  [
    ...LAPSED,
    { do: 'sweep', reconciler: 0, held: true },
    { do: 'go on', which: 0 },
    { do: 'go on', which: 0 },
    { do: 'heal', agent: 0 },
  ],
  [
    ...LAPSED,
    { do: 'judge', reconciler: 0, verdicts: ['alive', 'dead'], held: true },
    { do: 'go on', which: 0 },
    { do: 'go on', which: 0 },
    { do: 'heal', agent: 0 },
  ],
  [],
];

/** Any interleaving. */
export const anyStory: fc.Arbitrary<ModelStep[]> = fc
  .tuple(
    fc.constantFrom(...BEGINNINGS),
    fc.array(anyStep, { minLength: 1, maxLength: STEPS_MAX, size: 'max' }),
  )
  .map(([beginning, steps]) => [...beginning, ...steps]);

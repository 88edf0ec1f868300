import { judge } from './bars.mjs';

const ROUND = {
  cpuUs: 20,
  perSecond: 50_000,
  p50Us: 900,
  p99Us: 2_000,
  commands: 1,
  lostPercent: 0,
};

function cell(variant, traits = {}, ...rounds) {
  const { node = 20, question = 'hit', connections = 64 } = traits;
  return {
    variant,
    node,
    question,
    connections,
    rounds: rounds.map((round) => ({ ...ROUND, ...round })),
  };
}

function verdict(title, lookups, writes = []) {
  return judge({ lookups, writes }).find((bar) => bar.title.startsWith(title));
}

const ratio = (own) => [
  cell('rollcall', {}, { cpuUs: own }, { cpuUs: own * 2 }, { cpuUs: own }),
  cell('raw', {}, { cpuUs: 20 }, { cpuUs: 40 }, { cpuUs: 20 }),
];

describe('the bars of a bench', () => {
  it.each([
    [20.8, 'stretch'],
    [22.8, 'met'],
    [25, 'allowed'],
    [25.4, 'missed'],
  ])(
    'take a CPU of %d µs beside 20 of raw, and a round that was slow for both, as: %s',
    (own, words) => {
      expect(verdict('CPU per lookup ÷ raw, 64', ratio(own))).toMatchObject({ verdict: words });
    },
  );

  it.each([
    [60_000, 'stretch'],
    [40_000, 'met'],
    [34_000, 'allowed'],
    [33_000, 'missed'],
  ])('take %d lookups/s beside 50,000 of nginx as: %s', (perSecond, words) => {
    const lookups = [
      cell('rollcall', { node: 24 }, { perSecond }),
      cell('nginx-lua', { node: undefined }, { perSecond: 50_000 }),
    ];
    expect(verdict('lookups/s ÷ nginx', lookups)).toMatchObject({ verdict: words });
  });

  it('take one command too many in a single round for a miss', () => {
    const lookups = [
      cell('rollcall', {}, { commands: 1 }, { commands: 1.02 }),
      cell('rollcall', { question: 'refused' }, { commands: 0 }),
    ];
    expect(verdict('Redis commands per hit', lookups)).toMatchObject({ verdict: 'missed' });
    expect(verdict('Redis commands per refused', lookups)).toMatchObject({ verdict: 'met' });
  });

  it('take an answer without a command for a miss', () => {
    const lookups = [cell('rollcall', {}, { commands: 1 }, { commands: 0.97 })];
    expect(verdict('Redis commands per hit', lookups)).toMatchObject({
      value: 0.97,
      verdict: 'missed',
    });
  });

  it('take a lookup without an answer for a miss', () => {
    const lookups = [cell('rollcall', {}, {}, { lostPercent: 0.02 })];
    expect(verdict('lookups of Rollcall without', lookups)).toMatchObject({
      value: 0.02,
      verdict: 'missed',
    });
  });

  it('count what a report costs Node and Redis together', () => {
    const writes = [
      { way: 'report', node: 24, rounds: [{ nodeUs: 6, redisUs: 6 }] },
      { way: 'pipeline', node: 24, rounds: [{ nodeUs: 22, redisUs: 8 }] },
    ];
    expect(verdict('unchanged report', [], writes)).toMatchObject({ value: 0.4 });
  });

  it('say what was not measured', () => {
    const bars = judge({ lookups: [cell('raw', {}, {})], writes: [] });
    expect(bars).toHaveLength(10);
    for (const { value, verdict } of bars)
      expect({ value, verdict }).toEqual({ value: undefined, verdict: 'unmeasured' });
  });
});

import { countsText, figureLines, reportText, shown } from './report-text.mjs';

const machine = {
  ...{ cpu: 'a processor', cores: 2, memoryGb: 8, system: 'Linux 6' },
  ...{ node: 'v20.20.2', redis: 'redis-server 7.0.15', loadAverage: 0.1 },
};
const figure = (verdict, value) => ({ bar: 'redis cpu', value, of: '10,000 hosts', verdict });

const report = (more = {}) =>
  reportText({
    run: {
      scenario: 'steady',
      figures: [figure('met', 2.134)],
      tables: [{ title: 'Capacity', columns: ['', '1,000 hosts'], rows: [['reports/s', 199.7]] }],
      notes: ['It was cold.'],
      pictures: [{ name: 'fleet-redis', title: 'Redis' }],
      ...more,
    },
    about: 'a fleet that only reports',
    ...{ machine, startedAt: '2026-01-02T03:04:05Z', tookMs: 61_000, command: 'npm run scale' },
  });

describe('the report', () => {
  it('says what was measured, on what, and how to do it again', () => {
    const text = report();
    for (const part of [
      'A fleet that only reports. Started 2026-01-02T03:04:05Z, 61 s. Again: `npm run scale`.',
      'a processor, 2 cores, 8 GB; Linux 6; Node v20.20.2; redis-server 7.0.15',
      '| CPU of Redis, 10,000 hosts | 2.13 % of a core | ≤ 5 | met | ≤ 2.5 |',
      '## Capacity',
      '| reports/s | 200 |',
      '- It was cold.',
      '![Redis](fleet-redis.svg)',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('did not get to its end');
  });

  it('says so when a bar needs the allowance, is missed, or speaks of something larger', () => {
    const figures = [figure('allowed', 5.2), figure('missed', 9), figure('smaller', 0.1)];
    const text = report({ figures });
    expect(text).toContain('| ≤ 5 | met only with the allowance of 10 % for noise |');
    expect(text).toContain('| ≤ 5 | **missed** |');
    expect(text).toContain('| ≤ 5 | not judged: smaller than what the bar speaks of |');
    expect(figureLines(figures)[1]).toBe(
      '9 % of a core (at most 5), missed: CPU of Redis, 10,000 hosts',
    );
  });

  it('says where a bar comes from that is not just a goal', () => {
    const figures = [{ ...figure('met', 5.9), bar: 'resolve again', of: '' }];
    expect(report({ figures })).toContain('| ≤ 7.5 | met |  | 1.1 × interval + 2 s |');
  });

  it('says that a run was stopped', () => {
    const run = { scenario: 'soak', figures: [], tables: [], notes: [], pictures: [] };
    const text = reportText({ run, about: 'x', machine, tookMs: 0, error: 'stopped\nat …' });
    expect(text).toContain('**It did not get to its end: stopped**');
  });
});

describe('a number', () => {
  it.each([
    [2.1349, '2.13'],
    [0.00123, '0.00123'],
    [10_000, '10,000'],
    [1_234.6, '1,235'],
    [0, '0'],
    [NaN, 'not measured'],
    ['none', 'none'],
    [undefined, ''],
  ])('%p is shown as %p', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});

describe('counts', () => {
  it('are told by name', () => {
    expect(countsText({ 200: 1_234, '503 ROLL_WARMING': 5 })).toBe(
      '200: 1,234, 503 ROLL_WARMING: 5',
    );
  });
});

import { lineCharts, ticksBetween } from './line-chart.mjs';

const chart = (panel = {}, more = {}) =>
  lineCharts({
    heading: 'Redis',
    xLabel: 'time (s)',
    panels: [
      {
        title: 'CPU',
        unit: '% of a core',
        series: [
          {
            name: 'redis',
            points: [
              [0, 0],
              [10, 5],
              [20, 10],
            ],
          },
        ],
        ...panel,
      },
    ],
    ...more,
  });

const pathIn = (svg) => /<path d="([^"]+)"/.exec(svg)[1];
const points = (svg) =>
  [...pathIn(svg).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('ticks', () => {
  it.each([
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [0, 0.3, 5, [0, 0.1, 0.2, 0.3]],
    [3, 61, 6, [10, 20, 30, 40, 50, 60]],
    [7, 7, 5, [7]],
  ])('from %p to %p, about %p, are %p', (from, to, wanted, ticks) => {
    expect(ticksBetween(from, to, wanted)).toEqual(ticks);
  });
});

describe('a line chart', () => {
  it('names itself, its axes with their units, and its series', () => {
    const svg = chart();
    for (const content of ['>Redis<', '>CPU (% of a core)<', '>time (s)<', '>redis<'])
      expect(svg).toContain(content);
  });

  it('goes to the right with time, and up with the value', () => {
    const [[x0, y0], [x1, y1], [x2, y2]] = points(chart());
    expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
    expect(x0).toBeLessThan(x1);
    expect(y0 - y1).toBeCloseTo(y1 - y2, 0);
    expect(y1).toBeLessThan(y0);
  });

  it('makes equal factors equal distances on a logarithmic scale, and leaves out what has no place there', () => {
    const values = [
      [0, 1],
      [1, 10],
      [2, 0],
      [3, 100],
    ];
    const svg = chart({ scale: 'log', series: [{ name: 'p99', points: values }] });
    const [[, one], [, ten], [, hundred]] = points(svg);
    expect(points(svg)).toHaveLength(3);
    expect(one - ten).toBeCloseTo(ten - hundred, 0);
  });

  it('breaks a line where nothing was measured', () => {
    const values = [
      [0, 1],
      [1, 1],
      [9, 1],
    ];
    const svg = chart({ series: [{ name: 'redis', points: values }] }, { gap: 2 });
    expect(pathIn(svg).match(/M/g)).toHaveLength(2);
  });

  it('shows moments at their place, with their texts in rows of their own', () => {
    const marks = [
      { x: 10, text: 'Redis is killed' },
      { x: 10.1, text: 'Redis is back & empty' },
    ];
    const svg = chart({}, { marks });
    const [, killed, back] =
      /x="([\d.]+)"[^>]*>Redis is killed<[^]*?y="([\d.]+)"[^>]*>Redis is back/.exec(svg);
    expect(Number(killed)).toBeCloseTo(points(svg)[1][0] + 4, 0);
    const row = /y="([\d.]+)"[^>]*>Redis is killed</.exec(svg)[1];
    expect(Number(back)).toBeGreaterThan(Number(row));
    expect(svg).toContain('back &amp; empty');
  });

  it('says so when nothing was measured', () => {
    const svg = chart({ series: [{ name: 'redis', points: [] }] });
    expect(svg).toContain('nothing was measured');
    expect(svg).not.toContain('NaN');
  });

  it('draws more points than a call takes arguments', () => {
    const values = Array.from({ length: 200_000 }, (_, second) => [second, second % 7]);
    expect(points(chart({ series: [{ name: 'redis', points: values }] }))).toHaveLength(200_000);
  });

  it.each([['linear'], ['log']])('draws a single point, %s', (scale) => {
    const svg = chart({ scale, series: [{ name: 'redis', points: [[5, 3]] }] });
    expect(svg).toContain('<circle');
    expect(svg).not.toContain('NaN');
  });
});

import { lineCharts } from '../../plots/line-chart.mjs';
import { failuresOverTime, latencyOverTime } from '../measure/latency-figures.mjs';
import { cpuOverTime, valueOverTime } from '../measure/load-figures.mjs';

const TIME = 'time (s)';
const MB = 1e6;
/** Samples are a second apart. */
const GAP_SECONDS = 3.5;

/** What a stage has seen over time: what its pictures show, and what is saved beside them. */
export function seriesOf(stage) {
  const { moments, loads } = stage;
  const lookups = stage.lookups();
  return { moments, loads, latency: latencyOverTime(lookups), failures: failuresOverTime(lookups) };
}

/** Its pictures, `{ name, title, svg }`; `name` is the stage's. Those of which nothing was measured are left out. */
export function stagePictures(name, { moments, loads, latency, failures }) {
  const marks = moments.map(({ at, text }) => ({ x: at / 1_000, text }));
  const of = (field, valueIn) => ({ name: field, points: valueOverTime(loads, valueIn) });
  const stores = [...new Set(loads.flatMap((load) => Object.keys(load.stores)))];
  const pictures = [
    {
      subject: 'lapses',
      title: 'Servers that are late, and leases that have run out',
      panels: [
        {
          title: 'servers',
          unit: 'number',
          series: [
            of('late: no report for 2.2 intervals', ({ roll }) => roll.late),
            of('lapsed, and still on the roll', ({ roll }) => roll.lapsed),
          ],
        },
        {
          title: 'on the roll',
          unit: 'servers',
          series: [of('servers', ({ roll }) => roll.servers)],
        },
      ],
    },
    {
      subject: 'heartbeats',
      title: 'Heartbeats',
      panels: [
        {
          title: 'reports',
          unit: '1/s',
          series: [
            of('applied', ({ swarm }) => swarm?.reportsPerSecond),
            of('failed', ({ swarm }) => swarm?.failed),
          ],
        },
        { title: 'hosts', unit: 'number', series: [of('live', ({ swarm }) => swarm?.live)] },
      ],
    },
    {
      subject: 'redis',
      title: 'Redis',
      panels: [
        {
          title: 'CPU',
          unit: '% of a core',
          series: stores.map((store) => ({ name: store, points: cpuOverTime(loads, store) })),
        },
        {
          title: 'memory',
          unit: 'MB',
          series: stores.map((store) => of(store, (load) => load.stores[store]?.memoryBytes / MB)),
        },
      ],
    },
    {
      subject: 'lookups',
      title: 'Lookups',
      panels: [
        {
          title: 'latency',
          unit: 'ms',
          scale: 'log',
          series: [
            { name: 'p50', points: latency.p50 },
            { name: 'p99', points: latency.p99 },
          ],
        },
        { title: 'answers but 200', unit: '1/s', series: [{ name: 'lookups', points: failures }] },
      ],
    },
  ];
  return pictures
    .filter(({ panels: [first] }) => first.series.some(({ points }) => points.length > 0))
    .map(({ subject, title, panels }) => ({
      name: `${name}-${subject}`,
      title: `${title}: ${name}`,
      svg: lineCharts({
        heading: `${title}: ${name}`,
        panels,
        xLabel: TIME,
        marks,
        gap: GAP_SECONDS,
      }),
    }));
}

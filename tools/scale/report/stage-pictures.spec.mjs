import { seriesOf, stagePictures } from './stage-pictures.mjs';

const load = (at) => ({
  at,
  processes: { redis: { pid: 7, cpuMs: at / 20 } },
  stores: { redis: { memoryBytes: 2e6 } },
  roll: { servers: 100, late: 3, lapsed: 1 },
  swarm: { live: 97, reportsPerSecond: 20, failed: 0 },
});

const stage = (more = {}) => ({
  moments: [{ at: 1_000, text: 'Redis is killed' }],
  loads: [load(0), load(1_000), load(2_000)],
  lookups: () => [{ start: 100, end: 101, status: 200 }],
  ...more,
});

const subjects = (pictures) => pictures.map(({ name }) => name);

describe('the pictures of a stage', () => {
  it('show lapses, heartbeats, Redis and the lookups, each with the moments', () => {
    const pictures = stagePictures('fleet', seriesOf(stage()));
    expect(subjects(pictures)).toEqual([
      'fleet-lapses',
      'fleet-heartbeats',
      'fleet-redis',
      'fleet-lookups',
    ]);
    for (const { svg } of pictures) expect(svg).toContain('>Redis is killed<');
  });

  it('leave out what was not measured', () => {
    const alone = stage({
      loads: [{ ...load(0), roll: {}, swarm: undefined }],
      lookups: () => [],
    });
    expect(subjects(stagePictures('agent', seriesOf(alone)))).toEqual([]);
    const withRedis = stage({ loads: [0, 1_000].map((at) => ({ ...load(at), swarm: undefined })) });
    expect(subjects(stagePictures('a', seriesOf(withRedis)))).toEqual([
      'a-lapses',
      'a-redis',
      'a-lookups',
    ]);
  });
});

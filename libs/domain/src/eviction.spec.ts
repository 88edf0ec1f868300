import { planEvictions, type LapsedServer } from './eviction';
import type { ServerId } from './ids';

const LAPSED: LapsedServer[] = ['gpu-1', 'gpu-2'].map((server) => ({
  server: server as ServerId,
  fence: { boot: 1, sequence: 1 },
  sessions: [],
}));

describe('planEvictions', () => {
  it('evicts all the lapsed of a judged roll, in their order', () => {
    const plan = planEvictions({ settled: true, judged: true, lapsed: LAPSED, total: 2 });
    expect(plan).toEqual({ evict: LAPSED, spared: 0 });
  });

  it('spares everybody while the roll is not judged, settled or not, and says why', () => {
    const plan = planEvictions({ settled: true, judged: false, lapsed: LAPSED, total: 9 });
    expect(plan).toEqual({ evict: [], spared: 2, sparedBecause: 'unsettled' });
  });
});

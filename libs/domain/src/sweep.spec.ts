import type { EvictionOutcome, LapsedServer } from './eviction';
import type { LocalId, ServerId } from './ids';
import { sweep, type SweepStore } from './sweep';

function lapsedServer(name: string): LapsedServer {
  return {
    server: name as ServerId,
    fence: { boot: 1, sequence: 1 },
    sessions: ['console' as LocalId],
  };
}

interface Scene {
  readonly judged?: boolean;
  readonly lapsed?: readonly LapsedServer[];
  readonly evict?: (server: LapsedServer) => Promise<EvictionOutcome>;
}

class RecordingStore implements SweepStore {
  readonly calls: string[] = [];

  constructor(private readonly scene: Scene) {}

  async renew() {
    this.calls.push('renew');
    return { settled: true };
  }

  async findLapsed(limit: number) {
    this.calls.push(`findLapsed ${limit}`);
    const lapsed = this.scene.lapsed ?? [];
    return {
      settled: true,
      judged: this.scene.judged ?? true,
      lapsed: lapsed.slice(0, limit),
      total: lapsed.length,
    };
  }

  async evict(server: LapsedServer): Promise<EvictionOutcome> {
    this.calls.push(`evict ${server.server}`);
    return this.scene.evict
      ? this.scene.evict(server)
      : { kind: 'evicted', sessions: server.sessions.length };
  }

  async sweepFinished() {
    this.calls.push('sweepFinished');
  }
}

describe('sweep', () => {
  it('renews the settled fact first and notes that it has finished last', async () => {
    const store = new RecordingStore({ lapsed: [lapsedServer('gpu-1')] });

    await sweep(store, { batchSizeMax: 7 });

    expect(store.calls).toEqual(['renew', 'findLapsed 7', 'evict gpu-1', 'sweepFinished']);
  });

  it('counts what went', async () => {
    const store = new RecordingStore({ lapsed: [lapsedServer('gpu-1'), lapsedServer('gpu-2')] });

    expect(await sweep(store)).toEqual({
      lapsed: 2,
      evicted: 2,
      sessions: 2,
      spared: 0,
      judged: true,
    });
  });

  it('evicts nobody while the roll is not judged, settled or not', async () => {
    const store = new RecordingStore({
      judged: false,
      lapsed: [lapsedServer('gpu-1'), lapsedServer('gpu-2')],
    });

    expect(await sweep(store)).toEqual({
      lapsed: 2,
      evicted: 0,
      sessions: 0,
      spared: 2,
      judged: false,
    });
    expect(store.calls).not.toContain('evict gpu-1');
  });

  it('counts a server that reported in between as spared, and one that another sweep took not at all', async () => {
    const outcomes: Record<string, EvictionOutcome> = {
      'gpu-1': { kind: 'renewed' },
      'gpu-2': { kind: 'unsettled' },
      'gpu-3': { kind: 'gone' },
    };
    const store = new RecordingStore({
      lapsed: Object.keys(outcomes).map(lapsedServer),
      evict: async ({ server }) => outcomes[server]!,
    });

    expect(await sweep(store)).toEqual({
      lapsed: 3,
      evicted: 0,
      sessions: 0,
      spared: 2,
      judged: true,
    });
  });

  it('says how many are lapsed beyond its batch', async () => {
    const store = new RecordingStore({ lapsed: ['gpu-1', 'gpu-2', 'gpu-3'].map(lapsedServer) });

    expect(await sweep(store, { batchSizeMax: 2 })).toMatchObject({ lapsed: 3, evicted: 2 });
  });

  it('tells of every eviction with its outcome', async () => {
    const told: string[] = [];
    const store = new RecordingStore({
      lapsed: [lapsedServer('gpu-1'), lapsedServer('gpu-2')],
      evict: async ({ server }) =>
        server === 'gpu-1' ? { kind: 'renewed' } : { kind: 'evicted', sessions: 1 },
    });

    await sweep(store, { evictionTried: ({ server }, { kind }) => told.push(`${server} ${kind}`) });

    expect(told).toEqual(['gpu-1 renewed', 'gpu-2 evicted']);
  });

  it('keeps at most the given number of evictions under way', async () => {
    let underWay = 0;
    let most = 0;
    const store = new RecordingStore({
      lapsed: ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4', 'gpu-5'].map(lapsedServer),
      evict: async () => {
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay -= 1;
        return { kind: 'evicted', sessions: 1 };
      },
    });

    expect(await sweep(store, { concurrency: 2 })).toMatchObject({ evicted: 5 });
    expect(most).toBe(2);
  });

  it('does not count as finished, and begins no further eviction, when the store stops answering', async () => {
    const store = new RecordingStore({
      lapsed: ['gpu-1', 'gpu-2', 'gpu-3'].map(lapsedServer),
      evict: async () => Promise.reject(new Error('the session store does not answer')),
    });

    await expect(sweep(store, { concurrency: 1 })).rejects.toThrow('does not answer');
    expect(store.calls).toEqual(['renew', 'findLapsed 500', 'evict gpu-1']);
  });
});

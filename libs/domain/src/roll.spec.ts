import type { ServerId } from './ids';
import type { Fence } from './report';
import { readRoll, ROLL_PAGE_SIZE } from './roll';
import type { ServerRecord } from './server-record';
import type { ServerPage } from './session-store.port';

function record(server: string, fence: Partial<Fence> = {}): ServerRecord {
  return {
    server: server as ServerId,
    boot: 1,
    sequence: 1,
    ...fence,
    endpoint: { host: '10.0.0.1', httpPort: 8443, quicPort: 8443, webUrlPath: '/' },
    zone: '',
    healthy: true,
    leaving: false,
    sessions: [],
    reportedAtMs: 0,
    leaseEndsAtMs: 20_000,
  };
}

class PagedStore {
  readonly calls: (readonly [number, number])[] = [];

  constructor(private readonly pages: readonly ServerPage[]) {}

  async servers(cursor: number, limit: number): Promise<ServerPage> {
    const page = this.pages[this.calls.length];
    this.calls.push([cursor, limit]);
    if (page === undefined) throw new Error('read beyond the last page');
    return page;
  }
}

describe('readRoll', () => {
  it('reads every page, and gives the moment of the last', async () => {
    const [a, b, c] = [record('a'), record('b'), record('c')];
    const store = new PagedStore([
      { nowMs: 1, servers: [a, b], next: 7 },
      { nowMs: 2, servers: [], next: 9 },
      { nowMs: 3, servers: [c] },
    ]);

    expect(await readRoll(store, 2)).toEqual({ nowMs: 3, servers: [a, b, c] });
    expect(store.calls).toEqual([
      [0, 2],
      [7, 2],
      [9, 2],
    ]);
  });

  it('reads pages of a bounded size when it is not told one', async () => {
    const store = new PagedStore([{ nowMs: 1, servers: [] }]);

    expect(await readRoll(store)).toEqual({ nowMs: 1, servers: [] });
    expect(store.calls).toEqual([[0, ROLL_PAGE_SIZE]]);
  });

  it.each([
    ['a later report of the same boot', { sequence: 9 }, { sequence: 10 }],
    ['the first report of a later boot', { boot: 1, sequence: 9 }, { boot: 2, sequence: 1 }],
  ])('has a server once, with %s, on whichever page that is', async (_what, old, fresh) => {
    const [before, after] = [record('a', old), record('a', fresh)];
    const inOrder = new PagedStore([
      { nowMs: 1, servers: [before], next: 1 },
      { nowMs: 2, servers: [after] },
    ]);
    const reversed = new PagedStore([
      { nowMs: 1, servers: [after], next: 1 },
      { nowMs: 2, servers: [before] },
    ]);

    expect((await readRoll(inOrder)).servers).toEqual([after]);
    expect((await readRoll(reversed)).servers).toEqual([after]);
  });
});

import type { LapsedServer } from '@rollcall/domain';
import { serverId } from '@rollcall/testing';
import { LapseCount } from './lapse-count';

const lapsed = (server: string, sequence = 1): LapsedServer => ({
  server: serverId(server),
  fence: { boot: 1, sequence },
  sessions: [],
});

describe('LapseCount', () => {
  it('counts a lapse once, however often it is seen', () => {
    const count = new LapseCount();
    expect(count.fresh([lapsed('a'), lapsed('b')])).toBe(2);
    expect(count.fresh([lapsed('a'), lapsed('b'), lapsed('c')])).toBe(1);
    expect(count.fresh([lapsed('c')])).toBe(0);
  });

  it('counts a server again that has reported and lapsed anew', () => {
    const count = new LapseCount();
    count.fresh([lapsed('a')]);
    expect(count.fresh([lapsed('a', 2)])).toBe(1);
    expect(count.fresh([])).toBe(0);
    expect(count.fresh([lapsed('a', 2)])).toBe(1);
  });
});

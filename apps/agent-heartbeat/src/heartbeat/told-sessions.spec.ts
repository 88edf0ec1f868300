import type { LocalId, SessionList } from '@rollcall/domain';
import type { Openings } from '../roster/openings';
import type { Standing } from '../roster/roster';
import { ToldSessions } from './told-sessions';

/** A standing that lists `{ a: 2 }` as the session a in its second opening. */
function lists(sessions: Record<string, number>): Standing {
  const ids = Object.keys(sessions) as LocalId[];
  const openings: Openings = new Map(ids.map((id) => [id, { number: sessions[id] ?? 0 }]));
  return { healthy: true, sessions: { kind: 'listed', ids }, openings };
}

function without(kind: 'unknown' | 'withheld', last: Standing): Standing {
  return { healthy: false, sessions: { kind }, openings: last.openings };
}

describe('what the store is told of the sessions', () => {
  let told: ToldSessions;

  beforeEach(() => (told = new ToldSessions()));

  const applied = (standing: Standing) => told.wasSent(standing, true);
  const lost = (standing: Standing) => told.wasSent(standing, false);
  const reopened = (standing: Standing): readonly string[] => {
    const list: SessionList = told.listOf(standing);
    return (list.kind === 'listed' && list.reopened) || [];
  };

  it('names all at first: nobody knows what the store was told before', () => {
    lost(lists({ a: 1 }));
    applied(without('unknown', lists({})));

    expect(reopened(lists({ a: 1, b: 1 }))).toEqual(['a', 'b']);
  });

  it('names none that is as an earlier life has told of it', () => {
    told = new ToldSessions(lists({ a: 0, b: 0 }).openings);

    expect(told.listOf(lists({ a: 0, b: 0 }))).toEqual({ kind: 'listed', ids: ['a', 'b'] });
  });

  it('names those that are not as an earlier life has told of them, until a report was applied', () => {
    told = new ToldSessions(lists({ a: 0, b: 0 }).openings);
    const now = lists({ a: 0, b: 1, c: 1 });
    lost(now);
    expect(reopened(now)).toEqual(['b', 'c']);
    applied(now);

    expect(reopened(lists({ a: 0, b: 1, c: 1, d: 2 }))).toEqual([]);
  });

  it('leaves to the next life what was applied, and nothing else', () => {
    const kept: Openings[] = [];
    told = new ToldSessions(new Map(), (openings) => kept.push(openings));
    const first = lists({ a: 1 });
    lost(first);
    applied(without('unknown', first));
    expect(kept).toEqual([]);
    applied(first);
    applied(without('withheld', first));

    expect(kept).toEqual([first.openings, new Map()]);
  });

  it('names those that were closed and opened anew', () => {
    applied(lists({ a: 1, b: 1 }));

    expect(told.listOf(lists({ a: 1, b: 2, c: 2 }))).toEqual({
      kind: 'listed',
      ids: ['a', 'b', 'c'],
      reopened: ['b'],
    });
  });

  it('names them until a report that did was applied', () => {
    applied(lists({ a: 1 }));
    lost(lists({ a: 2 }));
    expect(reopened(lists({ a: 2 }))).toEqual(['a']);
    applied(lists({ a: 2 }));

    expect(reopened(lists({ a: 2 }))).toEqual([]);
  });

  it('names one again that was reopened while the report was under way', () => {
    applied(lists({ a: 1 }));
    applied(lists({ a: 2 }));

    expect(reopened(lists({ a: 3 }))).toEqual(['a']);
  });

  it('names one that may have arrived with a report nobody answered', () => {
    applied(lists({}));
    lost(lists({ a: 1 }));
    lost(lists({ a: 2, b: 2 }));

    expect(reopened(lists({ a: 3, b: 3 }))).toEqual(['a', 'b']);
    expect(reopened(lists({ a: 1, b: 2 }))).toEqual([]);
  });

  it('names one that was away in a report nobody answered', () => {
    applied(lists({ a: 1 }));
    lost(lists({}));

    expect(reopened(lists({ a: 3 }))).toEqual(['a']);
  });

  it('does not name one that was away in a report that was applied: it just opens', () => {
    applied(lists({ a: 1 }));
    applied(lists({}));

    expect(reopened(lists({ a: 3 }))).toEqual([]);
  });

  it('names it also when the store was told in between that no list is known', () => {
    applied(lists({ a: 1 }));
    applied(without('unknown', lists({ a: 1 })));

    expect(reopened(lists({ a: 2 }))).toEqual(['a']);
  });

  it('names none once the store was told to believe none', () => {
    applied(lists({ a: 1 }));
    lost(without('withheld', lists({ a: 1 })));
    expect(reopened(lists({ a: 2 }))).toEqual(['a']);
    applied(without('withheld', lists({ a: 1 })));

    expect(reopened(lists({ a: 2 }))).toEqual([]);
  });
});

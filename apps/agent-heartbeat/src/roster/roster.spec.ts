import { SESSIONS_PER_SERVER_MAX, type LocalId } from '@rollcall/domain';
import type { DcvReading } from '../dcv/dcv-reader';
import { emptyRoster, noteReading, sameStanding, standing, type Standing } from './roster';

const GRACE_MS = 30_000;

const lists = (...ids: string[]): DcvReading & { kind: 'listed' } => ({
  kind: 'listed',
  ids: ids as LocalId[],
  createdAtMs: new Map(),
  unusable: [],
});
const fails: DcvReading = { kind: 'failed', failure: 'timeout', reason: 'dcv did not finish' };

const openings = new Map();

function listed(healthy: boolean, ...ids: string[]): Standing {
  return { healthy, sessions: { kind: 'listed', ids: ids as LocalId[] }, openings };
}
const unknown: Standing = { healthy: false, sessions: { kind: 'unknown' }, openings };
const withheld: Standing = { healthy: false, sessions: { kind: 'withheld' }, openings };

describe('the standing', () => {
  it.each<[string, [atMs: number, reading: DcvReading][], askedAtMs: number, Standing]>([
    ['is unknown before dcv was heard of', [], 0, unknown],
    ['stays unknown as long as dcv has neither answered nor failed', [], 99_000, unknown],
    ['is what dcv lists', [[1_000, lists('b', 'a')]], 1_000, listed(true, 'a', 'b')],
    ['has no sessions only if dcv says so', [[1_000, lists()]], 1_000, listed(true)],
    ['stands while nothing new is heard', [[1_000, lists('a')]], 99_000, listed(true, 'a')],
    [
      'keeps the last list, unhealthy, while dcv fails',
      [
        [1_000, lists('a')],
        [3_000, fails],
      ],
      30_999,
      listed(false, 'a'),
    ],
    [
      'is withheld when the grace since the last good reading is over',
      [
        [1_000, lists('a')],
        [3_000, fails],
        [29_000, fails],
      ],
      31_000,
      withheld,
    ],
    ['is unknown, not empty, when dcv fails from the start', [[1_000, fails]], 29_999, unknown],
    [
      'is withheld when dcv has failed since the start for longer than the grace',
      [[1_000, fails]],
      30_000,
      withheld,
    ],
    [
      'is healthy again with the first good reading',
      [
        [1_000, fails],
        [60_000, lists('a')],
      ],
      60_000,
      listed(true, 'a'),
    ],
    [
      'gets a whole new grace after a recovery',
      [
        [1_000, lists('a')],
        [60_000, fails],
        [61_000, lists('a')],
        [62_000, fails],
      ],
      90_999,
      listed(false, 'a'),
    ],
    [
      'forgets a closed session even if dcv fails afterwards',
      [
        [1_000, lists('a', 'b')],
        [2_000, lists('b')],
        [3_000, fails],
      ],
      4_000,
      listed(false, 'b'),
    ],
  ])('%s', (_name, readings, askedAtMs, expected) => {
    let roster = emptyRoster(0);
    for (const [atMs, reading] of readings) roster = noteReading(roster, reading, atMs);

    expect({ ...standing(roster, askedAtMs, GRACE_MS), openings }).toEqual(expected);
  });
});

describe('a host with more sessions than a report carries', () => {
  const ids = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => `s-${String(first + index).padStart(4, '0')}`);

  it('reports as many as fit and counts the others', () => {
    const roster = noteReading(emptyRoster(0), lists(...ids(0, 503)), 1);

    expect(roster.ids).toEqual(ids(0, SESSIONS_PER_SERVER_MAX));
    expect(roster.overflow).toBe(3);
  });

  it('does not push out a session that was there before', () => {
    const full = noteReading(emptyRoster(0), lists(...ids(1, 500)), 1);

    const roster = noteReading(full, lists('a-new-one', ...ids(1, 500)), 2);

    expect(roster.ids).toEqual(ids(1, 500));
    expect(roster.overflow).toBe(1);
  });

  it('lets a waiting session in when one is closed', () => {
    const full = noteReading(emptyRoster(0), lists(...ids(1, 500)), 1);

    const roster = noteReading(full, lists('a-new-one', ...ids(2, 499)), 2);

    expect(roster.ids).toEqual(['a-new-one', ...ids(2, 499)]);
    expect(roster.overflow).toBe(0);
  });
});

describe('two standings', () => {
  const of = (...ids: string[]) =>
    standing(noteReading(emptyRoster(0), lists(...ids), 0), 0, GRACE_MS);

  it('are the same whatever the order in which dcv lists the sessions', () => {
    expect(sameStanding(of('a', 'b'), of('b', 'a'))).toBe(true);
  });

  it.each<[string, Standing, Standing]>([
    ['a session', listed(true, 'a'), listed(true, 'b')],
    ['a further session', listed(true, 'a'), listed(true, 'a', 'b')],
    ['health', listed(true, 'a'), listed(false, 'a')],
    ['whether there is a list', listed(false), unknown],
    ['what a missing list means', unknown, withheld],
  ])('differ by %s', (_what, one, other) => {
    expect(sameStanding(one, other)).toBe(false);
  });
});

describe('two standings with the same list', () => {
  const at = (...readings: DcvReading[]) => {
    const roster = readings.reduce(
      (before, reading) => noteReading(before, reading, 1),
      emptyRoster(0),
    );
    return standing(roster, 1, GRACE_MS);
  };
  const created = (atMs: number, ...ids: string[]): DcvReading => ({
    ...lists(...ids),
    createdAtMs: new Map(ids.map((id) => [id as LocalId, atMs])),
  });
  const [first, second] = [created(1_000_123, 'a'), created(2_000_456, 'a')];

  it.each<[string, DcvReading[], DcvReading[]]>([
    ['nothing has happened', [first], [first, first]],
    ['dcv failed in between', [first], [first, fails, first]],
    ['dcv says when it was created only later', [lists('a')], [lists('a'), first]],
    ['dcv does not say any more when it was created', [first], [first, lists('a'), first]],
    ['the time is cut to the second', [first], [first, created(1_000_000, 'a'), first]],
    ['another session comes and goes', [first], [first, created(1_000_123, 'a', 'b'), first]],
  ])('are the same when %s', (_what, before, now) => {
    expect(sameStanding(at(...before), at(...now))).toBe(true);
  });

  it.each<[string, DcvReading[], DcvReading[]]>([
    ['was created at another moment', [first], [first, second]],
    ['was away for a reading', [lists('a')], [lists('a'), lists(), lists('a')]],
    ['was away, whatever its time says', [first], [first, lists('b'), first]],
    ['was created at another moment than before dcv failed', [first], [first, fails, second]],
    ['was created at another moment than last known', [first], [first, lists('a'), second]],
    ['was created anew twice', [first, second], [first, second, first]],
  ])('differ when a session %s', (_what, before, now) => {
    expect(sameStanding(at(...before), at(...now))).toBe(false);
  });
});

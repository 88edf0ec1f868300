import { checkHistory } from './check-history.mjs';
import { imaginedHistory, lookupsIn } from './imagined-history.mjs';

const CLEAN = { violations: [], refusals: [], disturbances: [] };
const FOUND = { status: 200, code: undefined, host: '127.0.0.1', port: 8442 };
const MISSING = { status: 404, code: 'SESSION_NOT_FOUND', host: undefined, port: undefined };

/** Answers the lookups of an id within a span otherwise. */
function answer(records, id, [from, to], otherwise) {
  const lookups = lookupsIn(records, id, from, to);
  expect(lookups).not.toEqual([]);
  for (const lookup of lookups) Object.assign(lookup, otherwise);
}

const broken = (records) => [
  ...new Set(checkHistory(records).violations.map(({ invariant }) => invariant)),
];

describe('the checker of histories', () => {
  it.each([
    ['of a host that died and returned', 'host'],
    ['of a store that was emptied', 'emptied'],
    ['of a store that was gone for longer than the lease', 'away'],
  ])('finds nothing in a history %s where everything went right', (_, kind) => {
    expect(checkHistory(imaginedHistory(kind))).toMatchObject(CLEAN);
  });

  describe.each([
    ['I1', 'a live session that is a 404', (r) => answer(r, 'gpu-1~cad', [7_000, 7_300], MISSING)],
    ['I1', 'a bare id that is a 404', (r) => answer(r, 'cad', [7_000, 7_300], MISSING)],
    [
      'I1',
      'an endpoint older than the newest',
      (r) => {
        for (const one of r)
          if (one.type === 'report' && one.server === 'gpu-1' && one.start < 3_000) one.port = 8439;
        answer(r, 'gpu-1~cad', [1_000, 3_100], { ...FOUND, port: 8439 });
        answer(r, 'cad', [1_000, 3_100], { ...FOUND, port: 8439 });
        answer(r, 'gpu-1~cad', [7_000, 7_300], { ...FOUND, port: 8439 });
        answer(r, 'cad', [7_000, 7_300], { ...FOUND, port: 8439 });
      },
    ],
    [
      'I2',
      'a dead host that is found later than lease + 5 s',
      (r) => answer(r, 'gpu-0~gone', [5_000, 5_300], { ...FOUND, port: 8440 }),
    ],
    [
      'I2',
      'a stale answer without a cause',
      (r) => answer(r, 'gpu-1~cad', [7_000, 7_300], { stale: 'protected' }),
    ],
    [
      'I2',
      'a host that is held long after its port was closed',
      (r) => answer(r, 'gpu-2~draw', [10_500, 10_800], { ...FOUND, stale: 'held' }),
    ],
    [
      'I3',
      'a session that is found although its host no longer lists it',
      (r) => answer(r, 'gpu-1~nobody', [7_000, 7_300], { ...FOUND, port: 8441 }),
    ],
    [
      'I3',
      'an older report that is applied',
      (r) => {
        const [earlier, later] = r.filter((one) => one.type === 'report' && one.server === 'gpu-1');
        [earlier.sequence, later.sequence] = [later.sequence, earlier.sequence];
      },
    ],
    [
      'I4',
      'an answer that names another host',
      (r) => answer(r, 'gpu-1~cad', [7_000, 7_300], { port: 8442 }),
    ],
    [
      'I4',
      'a contested id that is somebody’s',
      (r) => answer(r, 'console', [2_000, 2_300], { ...FOUND, port: 8441 }),
    ],
    [
      'I6',
      'a lookup that took too long, for the asker and by the resolver’s measure',
      (r) => {
        lookupsIn(r, 'gpu-1~cad', 7_000, 7_300)[0].end += 350;
        r.find(({ type }) => type === 'latency').late = 1;
      },
    ],
    [
      'I6',
      'a lookup without an answer',
      (r) => answer(r, 'gpu-1~cad', [7_000, 7_300], { status: 0, port: undefined }),
    ],
    [
      'I7',
      'an endpoint that nobody has reported',
      (r) => answer(r, 'gpu-1~cad', [7_000, 7_300], { port: 9999 }),
    ],
    [
      'I7',
      'a server that nobody has reported',
      (r) => answer(r, 'gpu-9~nobody', [7_000, 7_300], FOUND),
    ],
    [
      'I8',
      'a live session that is missing when all must be well',
      (r) => answer(r, 'gpu-2~draw', [16_000, 16_300], { status: 503, code: 'STORE_UNAVAILABLE' }),
    ],
    [
      'I8',
      'an answer that is still stale when all must be well',
      (r) => answer(r, 'gpu-2~draw', [16_000, 16_300], { stale: 'held' }),
    ],
    [
      'I8',
      'a 503 that nothing explains',
      (r) => answer(r, 'nobody', [7_000, 7_300], { status: 503, code: 'ROLL_WARMING' }),
    ],
    [
      'I8',
      'a key that is left over',
      (r) => r.find(({ type, when }) => type === 'keys' && when === 'after').keys.push('x:visit'),
    ],
    [
      'I8',
      'a table that has grown',
      (r) => (r.find(({ type, when }) => type === 'keys' && when === 'after').sizes = { due: 3 }),
    ],
  ])('%s', (invariant, what, plant) => {
    it(`is broken by ${what}`, () => {
      const records = structuredClone(imaginedHistory());
      plant(records);
      expect(broken(records)).toEqual([invariant]);
    });
  });

  describe.each([
    ['an unknown id that is a 404 before W is over', 'nobody', [6_200, 6_800], MISSING],
    [
      'a live session that is still missing after that',
      'gpu-2~draw',
      [9_000, 9_300],
      { status: 503, code: 'ROLL_WARMING' },
    ],
  ])('I5', (what, id, span, otherwise) => {
    it(`is broken by ${what}`, () => {
      const records = structuredClone(imaginedHistory('emptied'));
      answer(records, id, span, otherwise);
      expect(broken(records)).toEqual(['I5']);
    });
  });

  it.each(['gpu-1~cad', 'cad'])(
    'I1 is broken by a 404 for %s after the outage, while the roll has not settled',
    (id) => {
      const records = structuredClone(imaginedHistory('away'));
      answer(records, id, [12_020, 12_400], { ...MISSING, stale: undefined });
      expect(broken(records)).toEqual(['I1']);
    },
  );

  describe('refuses a history', () => {
    const refusals = (plant) => {
      const records = structuredClone(imaginedHistory());
      const { refusals, disturbances } = checkHistory(plant(records) ?? records);
      return [...refusals, ...disturbances].join('; ');
    };

    it.each([
      ['without a fault', (r) => r.filter(({ phase }) => phase !== 'fault'), 'no fault was made'],
      [
        'whose fault may not have happened',
        (r) => void (r.find(({ phase }) => phase === 'fault').proven = false),
        'nothing proves that it happened: gpu-2 dies',
      ],
      [
        'whose fault nobody has proved',
        (r) => void (r.find(({ phase }) => phase === 'fault').proven = undefined),
        'nothing proves',
      ],
      [
        'in which lookups paused',
        (r) => r.filter(({ type, start }) => type !== 'lookup' || start < 8_000 || start > 8_700),
        'no live session was looked up for',
      ],
      [
        'in which no dead session was looked up',
        (r) => r.filter(({ kind }) => kind !== 'dead'),
        'no dead session',
      ],
      [
        'of a host whose reports are missing',
        (r) => r.filter(({ type, server }) => type !== 'report' || server !== 'gpu-1'),
        'no report of gpu-1',
      ],
      [
        'without a count of keys',
        (r) => r.filter(({ type }) => type !== 'keys'),
        'the keys were not counted',
      ],
      [
        'of a machine that was too busy',
        (r) => {
          for (const one of r.filter(({ type, kind }) => type === 'lookup' && kind === 'unknown'))
            Object.assign(one, { status: 503, code: 'STORE_UNAVAILABLE' });
          for (let at = 0; at < 20_000; at += 200)
            r.push({ type: 'starved', at, process: 'redis', ms: 150 });
        },
        'lookups say nothing',
      ],
      [
        'of a machine that let Redis wait',
        (r) => {
          for (let at = 8_000; at < 9_000; at += 100)
            r.push({ type: 'starved', at, process: 'redis', ms: 60 });
        },
        'redis waited 600 ms of a second',
      ],
    ])('%s', (_, plant, sentence) => expect(refusals(plant)).toContain(sentence));
  });

  it('excuses a 503 while the machine let the resolver wait, and counts it', () => {
    const records = structuredClone(imaginedHistory());
    answer(records, 'gpu-1~cad', [7_000, 7_300], {
      status: 503,
      code: 'STORE_UNAVAILABLE',
      port: undefined,
    });
    expect(broken(records)).toEqual(['I8']);
    records.push({ type: 'starved', at: 7_200, process: 'resolver-1', ms: 180 });
    expect(checkHistory(records)).toMatchObject(CLEAN);
    expect(checkHistory(records).excused).toBeGreaterThan(0);
  });

  it('takes no side while a report is under way', () => {
    const records = structuredClone(imaginedHistory());
    const closing = records.find(
      ({ type, server, start }) => type === 'report' && server === 'gpu-1' && start > 7_000,
    );
    const later = records.filter(
      ({ type, server, start }) =>
        type === 'report' && server === 'gpu-1' && start >= closing.start,
    );
    for (const report of later) report.sessions = ['console'];
    Object.assign(closing, { end: closing.start + 400 });
    for (const id of ['gpu-1~cad', 'cad']) answer(records, id, [closing.end, 21_000], MISSING);
    expect(checkHistory(records).violations).toEqual([]);
    answer(records, 'gpu-1~cad', [closing.start, closing.end], MISSING);
    expect(checkHistory(records).violations).toEqual([]);
  });
});

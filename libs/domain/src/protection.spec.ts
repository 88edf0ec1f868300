import { beliefPolicy, DEFAULT_BELIEF } from './belief-policy';
import type { Protection, Survey, ZoneSurvey } from './belief-store.port';
import { planProtection, planProtections, protectedZones } from './protection';

const POLICY = beliefPolicy(DEFAULT_BELIEF);
const { holdMaxMs } = POLICY;
const NOW_MS = 10 * holdMaxMs;

const zone = (late: number, servers: number, name = ''): ZoneSurvey => ({
  zone: name,
  servers,
  late,
  witnesses: [],
});

const protection = (traits: Partial<Protection> = {}): Protection => ({
  zone: '',
  version: 4,
  state: 'on',
  sinceMs: NOW_MS - 1_000,
  late: 3,
  servers: 10,
  ...traits,
});

const on = protection();
const old = protection({ sinceMs: NOW_MS - holdMaxMs });
const ended = protection({ state: 'ended' });

const START = (late: number, servers: number) => ({ to: 'on', late, servers, holdMaxMs });
const OFF = { to: 'off' };
const TIME = { to: 'ended', reason: 'time' };

describe('the protection of a zone', () => {
  it.each([
    ['an armed zone stays so while few are late', undefined, 2, 10, undefined],
    ['it starts when the threshold is reached', undefined, 3, 10, START(3, 10)],
    ['it starts above it, when all are late', undefined, 10, 10, START(10, 10)],
    ['a share just below the threshold is none', undefined, 2_999, 10_000, undefined],
    ['exactly the threshold of many is', undefined, 3_000, 10_000, START(3_000, 10_000)],
    ['two late servers are never so many', undefined, 2, 2, undefined],
    ['three of three are', undefined, 3, 3, START(3, 3)],
    ['an empty zone is not protected', undefined, 0, 0, undefined],
    ['it lasts while many are late', on, 6, 10, undefined],
    ['it lasts below the threshold, so that it does not flap', on, 2, 10, undefined],
    ['it lasts at half the threshold', on, 15, 100, undefined],
    ['it ends below half of it', on, 14, 100, OFF],
    ['it ends when nobody is left', on, 0, 0, OFF],
    ['it ends after its longest time, and stays unarmed', old, 6, 10, TIME],
    ['recovered is recovered, also after the longest time', old, 0, 10, OFF],
    ['what has ended does not start again while many are late', ended, 9, 10, undefined],
    ['nor at half the threshold', ended, 15, 100, undefined],
    ['it is armed again below half of it', ended, 14, 100, OFF],
  ])('%s', (_name, seen, late, servers, expected) => {
    expect(planProtection(seen, zone(late, servers), NOW_MS, POLICY)).toEqual(expected);
  });

  it('lasts to the last millisecond of its longest time', () => {
    const almost = protection({ sinceMs: NOW_MS - holdMaxMs + 1 });
    expect(planProtection(almost, zone(6, 10), NOW_MS, POLICY)).toBeUndefined();
  });

  it.each([0.07, 0.1, 0.29, 0.3, 0.57, 0.7, 1])('takes a threshold of %d at its word', (share) => {
    const policy = { ...POLICY, protectionThreshold: share };
    const late = Math.round(share * 100);
    expect(planProtection(undefined, zone(late, 100), 0, policy)).toEqual(START(late, 100));
    expect(planProtection(undefined, zone(late - 1, 100), 0, policy)).toBeUndefined();
  });
});

const survey = (traits: Partial<Survey>): Survey => ({
  nowMs: NOW_MS,
  heard: true,
  settled: true,
  servers: 30,
  zones: [],
  late: [],
  lateTotal: 0,
  protections: [],
  ...traits,
});

describe('the protections of a roll', () => {
  it('are decided zone by zone, against the version that was seen', () => {
    const seen = survey({
      zones: [zone(5, 10, 'a'), zone(1, 10, 'b'), zone(0, 10, 'c')],
      protections: [protection({ zone: 'b', version: 7 }), protection({ zone: 'c', version: 2 })],
    });
    expect(planProtections(seen, POLICY)).toEqual([
      { zone: 'b', seenVersion: 7, change: OFF },
      { zone: 'c', seenVersion: 2, change: OFF },
      { zone: 'a', seenVersion: 0, change: START(5, 10) },
    ]);
  });

  it('end with the last server of their zone', () => {
    const seen = survey({ protections: [protection({ zone: 'gone' })] });
    expect(planProtections(seen, POLICY)).toMatchObject([{ zone: 'gone', change: OFF }]);
  });

  it('stay as they are until the roll is settled: nobody is late before', () => {
    const zones = [zone(10, 10, 'a'), zone(0, 10, 'b')];
    const seen = survey({ settled: false, zones, protections: [protection({ zone: 'b' })] });
    expect(planProtections(seen, POLICY)).toEqual([]);
  });

  it('protect while they are on, and not beyond their longest time', () => {
    const zones = protectedZones(
      [
        protection({ zone: 'on' }),
        protection({ zone: 'ended', state: 'ended' }),
        protection({ zone: 'old', sinceMs: NOW_MS - holdMaxMs }),
      ],
      NOW_MS,
      POLICY,
    );
    expect([...zones]).toEqual(['on']);
  });
});

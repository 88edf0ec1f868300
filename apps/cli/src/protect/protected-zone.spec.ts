import type { Protection, ZoneSurvey } from '@rollcall/domain';
import { protectedZones } from './protected-zone';
import { protectionBanner } from './protection.banner';

const START_MS = Date.UTC(2026, 10, 21, 14, 3, 12);
const HOLD_MAX_MS = 1_800_000;

function zonesAfter(
  passedMs: number,
  protections: readonly Partial<Protection>[],
  zones: readonly ZoneSurvey[] = [],
) {
  const on = { zone: 'eu-1a', version: 1, state: 'on', sinceMs: START_MS, late: 90, servers: 300 };
  return protectedZones(
    {
      nowMs: START_MS + passedMs,
      protections: protections.map((protection) => ({ ...on, ...protection }) as Protection),
      zones,
    },
    { holdMaxMs: HOLD_MAX_MS, protectionThreshold: 0.3 },
  );
}

describe('the protected zones', () => {
  it('are those whose protection is on, with the counts of now and of its start', () => {
    const counts = { zone: 'eu-1a', late: 60, servers: 280, witnesses: [] };

    expect(zonesAfter(90_000, [{}, { zone: 'b', state: 'ended' }], [counts])).toEqual([
      {
        zone: 'eu-1a',
        since: '2026-11-21T14:03:12Z',
        protectedForMs: 90_000,
        late: 60,
        servers: 280,
        lateAtStart: 90,
        serversAtStart: 300,
        endsBelowShare: 0.15,
        endsInMs: HOLD_MAX_MS - 90_000,
        off: 'rollcall protect off --zone eu-1a',
      },
    ]);
  });

  it('do not include one that has lasted for as long as it may', () => {
    expect(zonesAfter(HOLD_MAX_MS - 1, [{}])).toHaveLength(1);
    expect(zonesAfter(HOLD_MAX_MS, [{}])).toEqual([]);
  });

  it('stand in the order of their names, each with a command that can be pasted', () => {
    const zones = zonesAfter(0, [{ zone: 'z-10' }, { zone: 'z-2' }, { zone: '' }, { zone: '-x' }]);

    expect(zones.map(({ off }) => off)).toEqual([
      "rollcall protect off --zone ''",
      'rollcall protect off --zone=-x',
      'rollcall protect off --zone z-2',
      'rollcall protect off --zone z-10',
    ]);
  });
});

describe('the banner', () => {
  it('is not there while nobody is protected', () => {
    expect(protectionBanner([])).toBeUndefined();
  });

  it('says of each zone since when, how many, when it ends and what ends it', () => {
    const counts = { zone: 'eu-1a', late: 60, servers: 280, witnesses: [] };

    expect(protectionBanner(zonesAfter(252_000, [{}], [counts]))?.split('\n')).toEqual([
      '!! PROTECTED: the zone eu-1a, since 2026-11-21T14:03:12Z',
      '!!   60 of 280 servers late now, 90 of 300 when it began',
      '!!   ends below 15 % late, in 25 min 48 s at the latest',
      '!!   ends now with: rollcall protect off --zone eu-1a',
      '!! Silence is no evidence there: who is late is believed until confirmed dead.',
    ]);
  });

  it('does not push everything else off the screen', () => {
    const zones = Array.from({ length: 20 }, (_, index) => ({ zone: `z-${index}` }));
    const lines = protectionBanner(zonesAfter(0, zones))?.split('\n') ?? [];

    expect(lines).toHaveLength(14);
    expect(lines.at(-2)).toBe('!! and 17 more zones: rollcall protect');
  });
});

import { isSameMoment, parseCreationTime } from './creation-time';

describe('a creation time', () => {
  it.each([
    ['2026-01-05T08:00:01Z', Date.UTC(2026, 0, 5, 8, 0, 1)],
    ['2026-01-05T08:00:01.234567Z', Date.UTC(2026, 0, 5, 8, 0, 1, 234)],
    ['2026-01-05T09:00:01+01:00', Date.UTC(2026, 0, 5, 8, 0, 1)],
    ['2026-01-05T09:00:01.234567+0100', Date.UTC(2026, 0, 5, 8, 0, 1, 234)],
    ['2026-01-05 08:00:01.234567Z', Date.UTC(2026, 0, 5, 8, 0, 1, 234)],
  ])('is read from %s', (text, atMs) => {
    expect(parseCreationTime(text)).toBe(atMs);
  });

  it.each([undefined, null, 7, '', 'yesterday', {}, `2026-01-05T08:00:01Z${' '.repeat(64)}`])(
    'is not known from %j',
    (value) => {
      expect(parseCreationTime(value)).toBeUndefined();
    },
  );
});

describe('two creation times', () => {
  const moment = (text: string) => parseCreationTime(text) ?? Number.NaN;

  it.each([
    ['2026-01-05T08:00:01Z', '2026-01-05T08:00:01Z'],
    ['2026-01-05T08:00:01Z', '2026-01-05T09:00:01+01:00'],
    ['2026-01-05T08:00:01Z', '2026-01-05T08:00:01.999999Z'],
    ['2026-01-05T08:00:01.500000Z', '2026-01-05T08:00:02Z'],
    ['2026-01-05T08:00:01.234567Z', '2026-01-05T08:00:01.234Z'],
  ])('may mean the same: %s and %s', (one, other) => {
    expect(isSameMoment(moment(one), moment(other))).toBe(true);
    expect(isSameMoment(moment(other), moment(one))).toBe(true);
  });

  it.each([
    ['2026-01-05T08:00:01Z', '2026-01-05T08:00:02Z'],
    ['2026-01-05T08:00:01Z', '2026-01-05T08:00:02.000001+00:00'],
    ['2026-01-05T08:00:01.234567Z', '2026-01-05T08:00:01.789012Z'],
    ['2026-01-05T08:00:01Z', '2026-01-05T08:00:01+01:00'],
  ])('differ: %s and %s', (one, other) => {
    expect(isSameMoment(moment(one), moment(other))).toBe(false);
    expect(isSameMoment(moment(other), moment(one))).toBe(false);
  });
});

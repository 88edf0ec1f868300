import { parseSince, startId } from './since';

describe('parseSince', () => {
  it('reads an event id, in full or its moment alone', () => {
    expect(parseSince('1763716800000-3')).toEqual({ kind: 'id', id: '1763716800000-3' });
    expect(parseSince('0')).toEqual({ kind: 'id', id: '0' });
  });

  it('reads a duration', () => {
    expect(parseSince('15m')).toEqual({ kind: 'ago', durationMs: 900_000 });
  });

  it.each(['', 'yesterday', '1-2-3', '-5', '$'])('refuses "%s"', (text) => {
    expect(parseSince(text)).toBeUndefined();
  });
});

describe('startId', () => {
  it('counts back from the store’s clock', () => {
    expect(startId({ kind: 'ago', durationMs: 900_000 }, 1_763_716_800_000)).toBe(
      '1763715900000-0',
    );
  });

  it('never goes back beyond the beginning', () => {
    expect(startId({ kind: 'ago', durationMs: 900_000 }, 1_000)).toBe('0-0');
  });

  it('takes an id as it is', () => {
    expect(startId({ kind: 'id', id: '5-1' }, 1_000)).toBe('5-1');
  });
});

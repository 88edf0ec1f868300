import { evictText } from './evict.text';

describe('evictText', () => {
  it('says how much went, and what brings it back', () => {
    expect(evictText('gpu-1', { kind: 'evicted', sessions: 3 })).toBe(
      'gpu-1 is struck off, with 3 sessions. If its agent lives, its next report brings it back.',
    );
  });

  it('says when there was nobody to strike off', () => {
    expect(evictText('gpu-9', { kind: 'gone' })).toBe('gpu-9 is not on the roll.');
  });
});

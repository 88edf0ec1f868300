import { maskSessionId } from './masked-session-id';

describe('maskSessionId', () => {
  it('stands for an id by eight digits of its hash', () => {
    expect(maskSessionId('console')).toBe('#93d8874c');
  });

  it('masks an id the same way each time, and another one differently', () => {
    expect(maskSessionId('gpu-1~console')).toBe(maskSessionId('gpu-1~console'));
    expect(maskSessionId('gpu-1~console')).not.toBe(maskSessionId('gpu-2~console'));
  });

  it('keeps its form whatever the id holds', () => {
    expect(maskSessionId('😀 \n'.repeat(100))).toMatch(/^#[0-9a-f]{8}$/);
  });
});

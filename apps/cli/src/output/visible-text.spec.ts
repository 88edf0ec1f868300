import { cutToWidth, visible } from './visible-text';

describe('visible', () => {
  it('leaves ordinary text alone, in any script', () => {
    expect(visible('CAD – Büro 設計 🚀')).toBe('CAD – Büro 設計 🚀');
  });

  it('spells out escape sequences, overrides and zero widths', () => {
    expect(visible('\u001b[2J')).toBe('\\u{1b}[2J');
    expect(visible('a\u202eb\u200bc\u2028d')).toBe('a\\u{202e}b\\u{200b}c\\u{2028}d');
  });
});

describe('cutToWidth', () => {
  it('keeps a line that fits', () => {
    expect(cutToWidth('gpu-1', 5)).toBe('gpu-1');
  });

  it('cuts a longer one and marks the cut', () => {
    expect(cutToWidth('gpu-12', 5)).toBe('gpu-…');
  });

  it('does not cut a wide character in two', () => {
    expect(cutToWidth('設計設計', 6)).toBe('設計…');
    expect(cutToWidth('設計設計', 5)).toBe('設計…');
    expect(cutToWidth('設計設計', 4)).toBe('設…');
  });
});

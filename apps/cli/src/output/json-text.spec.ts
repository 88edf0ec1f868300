import { jsonText } from './json-text';

describe('jsonText', () => {
  it('leaves ordinary text alone, in any script', () => {
    expect(jsonText('CAD – Büro 設計 🚀')).toBe('"CAD – Büro 設計 🚀"');
  });

  it('is indented, or one line', () => {
    expect(jsonText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(jsonText({ a: 1 }, { isOneLine: true })).toBe('{"a":1}');
  });

  it.each([
    ['an escape sequence', '\u001b[2J', '"\\u001b[2J"'],
    ['DEL', '\u007f', '"\\u007f"'],
    ['a C1 control', '\u009b', '"\\u009b"'],
    ['an override', '\u202e', '"\\u202e"'],
    ['a zero width', '\u200b', '"\\u200b"'],
    ['a line separator', '\u2028', '"\\u2028"'],
    ['a tag beyond the first plane', '\u{e0041}', '"\\udb40\\udc41"'],
    ['half a character', '\ud800', '"\\ud800"'],
  ])('escapes %s, and is still JSON for it', (_what, text, json) => {
    expect(jsonText(text)).toBe(json);
    expect(JSON.parse(json)).toBe(text);
  });
});

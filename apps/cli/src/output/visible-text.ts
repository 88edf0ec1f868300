import stringWidth from 'string-width';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with all that a terminal would obey or hide (controls, bidirectional overrides, zero widths) spelt out. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** `visible` for text of many lines, which stay as they are. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** The line cut to what a terminal of this width shows without wrapping. */
export function cutToWidth(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let kept = '';
  let width = 0;
  for (const character of line) {
    width += stringWidth(character);
    if (width >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

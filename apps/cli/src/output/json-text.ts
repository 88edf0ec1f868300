const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
const INDENT = 2;

/** JSON in which all that a terminal would obey or hide is escaped: on many lines, for people, too, or on one. */
export function jsonText(value: unknown, { isOneLine = false } = {}): string {
  return JSON.stringify(value, null, isOneLine ? 0 : INDENT).replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A text; `anchor` is which end of it is at `x`. */
export function text(
  x,
  y,
  content,
  { size = 12, colour = '#222', anchor = 'start', bold = false } = {},
) {
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"${weight}>${escaped(content)}</text>`;
}

/** A number as a picture needs it. */
export const fixed = (value) => Math.round(value * 10) / 10;

/** A text between tags or in an attribute. */
export const escaped = (content) =>
  String(content).replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign],
  );

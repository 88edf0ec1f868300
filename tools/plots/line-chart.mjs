import { fixed, text } from './svg.mjs';

const WIDTH = 1_000;
const LEFT = 76;
const RIGHT = 24;
const PLOT = WIDTH - LEFT - RIGHT;
const PANEL = 190;
const HEADING = 44;
const PANEL_TITLE = 40;
const MARK_ROW = 15;
const FOOT = 50;
const TEXT_WIDTH = 6.4;
const TICKS_X = 10;
const TICKS_Y = 5;

const COLOURS = ['#1f6fb4', '#c0392b', '#2e8b57', '#8e44ad', '#b9770e', '#3b4654'];
const GRID = '#e3e6ea';
const AXIS = '#667080';
const MARK = '#8a3b12';

/**
 * Panels above each other that share one horizontal axis, as an SVG on white. A panel is `{ title, unit, series, scale }`:
 * `series` are `{ name, points }` with points `[x, y]` in their order, `scale` may be `log`. `marks` are moments that all
 * panels show: `{ x, text }`. Lines break where two points are further apart than `gap`.
 */
export function lineCharts({ heading, panels, xLabel, marks = [], gap = Infinity }) {
  const x = horizontal(panels, marks);
  const rows = packed(marks, x);
  const top = HEADING + (marks.length === 0 ? 0 : Math.max(...rows) + 1) * MARK_ROW;
  const height = top + panels.length * (PANEL_TITLE + PANEL) + FOOT;
  const bottom = height - FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 26, heading, { size: 16, bold: true }),
    ...marks.map((mark, index) => markLine(mark, rows[index], x, bottom)),
    ...panels.map((panel, index) =>
      panelOf(panel, { x, top: top + index * (PANEL_TITLE + PANEL) + PANEL_TITLE, gap }),
    ),
    axisOf(x, bottom, xLabel),
    '</svg>',
    '',
  ].join('\n');
}

/** Round numbers from the first at or above `from` to the last at or below `to`, about as many as wanted. */
export function ticksBetween(from, to, wanted) {
  const rough = (to - from) / wanted;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const [first, last] = [Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function horizontal(panels, marks) {
  const values = [
    ...panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([at]) => at))),
    ...marks.map((mark) => mark.x),
  ];
  const [from, to] = rangeOf(values, [0, 1]);
  const at = (value) => LEFT + ((value - from) / (to - from)) * PLOT;
  return { from, to, at };
}

function panelOf({ title, unit, series, scale = 'linear' }, { x, top, gap }) {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const drawn = scale === 'log' ? values.filter((value) => value > 0) : values;
  const y = scale === 'log' ? logarithmic(drawn, top) : linear(drawn, top);
  return [
    text(LEFT, top - 22, `${title} (${unit})`, { size: 13, bold: true }),
    legendOf(series, top - 7),
    ...y.ticks.map(
      (value) =>
        `<line x1="${LEFT}" x2="${LEFT + PLOT}" y1="${fixed(y.at(value))}" y2="${fixed(y.at(value))}" stroke="${GRID}"/>` +
        text(LEFT - 8, y.at(value) + 4, label(value), { size: 11, anchor: 'end' }),
    ),
    drawn.length === 0
      ? text(LEFT + PLOT / 2, top + PANEL / 2, 'nothing was measured', { anchor: 'middle' })
      : series
          .map(({ points }, index) => pathOf(points, { x, y, gap, colour: colourAt(index) }))
          .join(''),
    `<line x1="${LEFT}" x2="${LEFT + PLOT}" y1="${top + PANEL - 20}" y2="${top + PANEL - 20}" stroke="${AXIS}"/>`,
  ].join('\n');
}

function linear(values, top) {
  // Not spread: a day of samples is more than a call takes.
  const most = values.reduce((so, value) => Math.max(so, value), 0);
  const ticks = ticksBetween(0, most === 0 ? 1 : most * 1.05, TICKS_Y);
  const to = Math.max(most * 1.05, ticks.at(-1));
  return { ticks, at: (value) => top + (1 - value / to) * (PANEL - 20) };
}

/** From the power of ten below the least to that above the most. */
function logarithmic(values, top) {
  const [least, most] = rangeOf(values, [1, 10]);
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const at = (value) => top + (1 - (Math.log10(value) - from) / (to - from)) * (PANEL - 20);
  return { ticks, at, isLog: true };
}

function pathOf(points, { x, y, gap, colour }) {
  const shown = points.filter(([, value]) => !y.isLog || value > 0);
  const commands = shown.map(([at, value], index) => {
    const isBroken = index === 0 || at - shown[index - 1][0] > gap;
    return `${isBroken ? 'M' : 'L'}${fixed(x.at(at))} ${fixed(y.at(value))}`;
  });
  if (shown.length === 1)
    return `<circle cx="${fixed(x.at(shown[0][0]))}" cy="${fixed(y.at(shown[0][1]))}" r="3" fill="${colour}"/>`;
  return `<path d="${commands.join('')}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`;
}

function legendOf(series, y) {
  let left = LEFT;
  return series
    .map(({ name }, index) => {
      const drawn =
        `<rect x="${fixed(left)}" y="${y - 6}" width="14" height="4" fill="${colourAt(index)}"/>` +
        text(left + 19, y, name, { size: 11 });
      left += name.length * TEXT_WIDTH + 40;
      return drawn;
    })
    .join('');
}

function markLine({ x: value, text: content }, row, x, bottom) {
  const at = x.at(value);
  const y = HEADING + row * MARK_ROW;
  const isLate = endsBeyond(content, at);
  return (
    `<line x1="${fixed(at)}" x2="${fixed(at)}" y1="${y - 8}" y2="${bottom}" stroke="${MARK}" stroke-dasharray="3 4"/>` +
    text(isLate ? at - 4 : at + 4, y + 2, content, {
      size: 11,
      colour: MARK,
      anchor: isLate ? 'end' : 'start',
    })
  );
}

/** Puts the texts of marks into rows such that none covers another. */
function packed(marks, x) {
  const ends = [];
  return marks.map(({ x: value, text: content }) => {
    const [at, width] = [x.at(value), content.length * TEXT_WIDTH + 12];
    const [start, end] = endsBeyond(content, at) ? [at - width, at] : [at, at + width];
    let row = ends.findIndex((taken) => taken <= start);
    if (row < 0) row = ends.length;
    ends[row] = end;
    return row;
  });
}

const endsBeyond = (content, at) => at + content.length * TEXT_WIDTH > LEFT + PLOT;

function axisOf(x, bottom, xLabel) {
  const ticks = ticksBetween(x.from, x.to, TICKS_X).map(
    (value) =>
      `<line x1="${fixed(x.at(value))}" x2="${fixed(x.at(value))}" y1="${bottom - 20}" y2="${bottom - 14}" stroke="${AXIS}"/>` +
      text(x.at(value), bottom, label(value), { size: 11, anchor: 'middle' }),
  );
  return [...ticks, text(LEFT + PLOT / 2, bottom + 24, xLabel, { anchor: 'middle' })].join('\n');
}

/** Least and most; a range of its own for one value, `otherwise` for none. */
function rangeOf(values, otherwise) {
  if (values.length === 0) return otherwise;
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return least === most ? [least, least + 1] : [least, most];
}

const colourAt = (index) => COLOURS[index % COLOURS.length];

const label = (value) => value.toLocaleString('en-GB', { maximumFractionDigits: 4 });

import { fixed, text } from '../../plots/svg.mjs';
import { BARS } from '../bars.mjs';
import { round, seconds } from './outcome-text.mjs';

const WIDTH = 1_400;
const LEFT = 170;
const RIGHT = 30;
const PLOT = WIDTH - LEFT - RIGHT;
const LANE = 46;
const STEP_ROW = 17;
const EVENT_ROW = 14;
const FIGURE_ROW = 26;
const BIN_MS_MIN = 100;
const BINS_MAX = 400;
const EVENTS_SHOWN_MAX = 60;
const TEXT_WIDTH = 6.2;

const COLOURS = {
  live: ['#3f9b5f', '200'],
  stale: ['#e0a526', '200 stale'],
  notFound: ['#9aa3ad', '404'],
  unavailable: ['#5a86c5', '503'],
  none: ['#7b4fa3', 'no answer'],
  wrong: ['#d2322d', 'not allowed'],
};
const KINDS = [
  ['live', 'live, qualified'],
  ['bare', 'live, bare'],
  ['contested', 'contested'],
  ['churn', 'coming and going'],
  ['dead', 'dead'],
  ['unknown', 'unknown'],
];
const PHASES = { fault: '#d2322d', heal: '#3f9b5f', step: '#667080' };

/** A picture of one fault: its steps, the answers by kind of session, the agents' reports, the events, the figures. */
export function timeline(result) {
  const { records, fault, verdict, passed } = result;
  const scale = scaleOf(records);
  const lanes = [
    stepLane(records, scale),
    ...KINDS.map(([kind, label]) => answerLane(records, kind, label, verdict, scale)),
    reportLane(records, scale),
    eventLane(records, scale),
    measureLane(result, scale),
  ].filter(Boolean);
  let top = 62;
  const drawn = [];
  for (const { label, height, draw } of lanes) {
    drawn.push(text(LEFT - 10, top + 15, label, { anchor: 'end', size: 12 }), draw(top));
    drawn.push(
      `<line x1="${LEFT}" x2="${LEFT + PLOT}" y1="${top + height + 3}" y2="${top + height + 3}" stroke="#e3e6ea"/>`,
    );
    top += height + 10;
  }
  const height = top + 46;
  const heading = `${fault.id}: ${fault.title}: ${passed ? 'passed' : 'fell short'}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 26, heading, { size: 17, bold: true }),
    legend(),
    ...drawn,
    axis(scale, top),
    '</svg>',
    '',
  ].join('\n');
}

/** From a little before the traffic to its end. */
function scaleOf(records) {
  const traffic = records.filter(({ type }) => type === 'traffic');
  const from = traffic[0]?.at ?? 0;
  const to = Math.max(
    from + 1_000,
    traffic.find(({ what }) => what === 'stopped')?.at ?? lastMoment(records),
  );
  const x = (at) => LEFT + (Math.min(Math.max(at, from), to) - from) * (PLOT / (to - from));
  return { from, to, x, binMs: Math.max(BIN_MS_MIN, (to - from) / BINS_MAX) };
}

function lastMoment(records) {
  return records.reduce(
    (last, { at, end }) => Math.max(last, end ?? (Array.isArray(at) ? at[1] : at)),
    0,
  );
}

function stepLane(records, { x, from }) {
  const steps = records.filter(({ type, at }) => type === 'step' && at[1] >= from);
  const rows = packed(steps.map(({ at, name }) => [x(at[0]), name.length * TEXT_WIDTH + 12]));
  const height = Math.max(1, ...rows.map((row) => row + 1)) * STEP_ROW;
  const draw = (top) =>
    steps
      .map(({ at, name, phase }, index) => {
        const [left, right] = [x(at[0]), Math.max(x(at[1]), x(at[0]) + 2)];
        const y = top + rows[index] * STEP_ROW;
        const colour = PHASES[phase];
        const late = left + name.length * TEXT_WIDTH > LEFT + PLOT;
        return [
          `<rect x="${left}" y="${y + 2}" width="${right - left}" height="12" fill="${colour}" opacity="0.55"/>`,
          `<line x1="${left}" x2="${left}" y1="${y + 2}" y2="2000" stroke="${colour}" stroke-dasharray="2 4" opacity="0.5"/>`,
          text(late ? left - 4 : right + 4, y + 12, name, {
            size: 11,
            colour,
            anchor: late ? 'end' : 'start',
          }),
        ].join('');
      })
      .join('\n');
  return { label: 'steps', height, draw };
}

function answerLane(records, kind, label, verdict, scale) {
  const lookups = records.filter((record) => record.type === 'lookup' && record.kind === kind);
  if (lookups.length === 0) return undefined;
  const wrong = new Set((verdict?.violations ?? []).map(({ record }) => record));
  const bins = new Map();
  for (const lookup of lookups) {
    const bin = Math.floor((lookup.start - scale.from) / scale.binMs);
    if (!bins.has(bin)) bins.set(bin, {});
    const counts = bins.get(bin);
    const colour = wrong.has(lookup) ? 'wrong' : colourOf(lookup);
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  const draw = (top) => [...bins].map(([bin, counts]) => bar(bin, counts, top, scale)).join('\n');
  return { label, height: LANE, draw };
}

/** One bin as a full bar of shares: every answer counts the same, however many were asked for. */
function bar(bin, counts, top, { from, x, binMs }) {
  const left = x(from + bin * binMs);
  const width = Math.max(1, x(from + (bin + 1) * binMs) - left + 0.3);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let y = top + LANE;
  return Object.keys(COLOURS)
    .filter((name) => counts[name])
    .map((name) => {
      const height = Math.max(name === 'wrong' ? 6 : 0, (counts[name] / all) * LANE);
      y = Math.max(top, y - height);
      return `<rect x="${fixed(left)}" y="${fixed(y)}" width="${fixed(width)}" height="${fixed(height)}" fill="${COLOURS[name][0]}"/>`;
    })
    .join('');
}

function colourOf({ status, stale }) {
  if (status === 200) return stale ? 'stale' : 'live';
  return { 404: 'notFound', 503: 'unavailable' }[status] ?? 'none';
}

function reportLane(records, { x, from }) {
  const reports = records.filter(({ type, end }) => type === 'report' && end >= from);
  const servers = [...new Set(reports.map(({ server }) => server))].sort();
  if (servers.length === 0) return undefined;
  const row = Math.min(9, Math.max(3, 60 / servers.length));
  const draw = (top) =>
    reports
      .map(({ server, end, outcome, leaving }) => {
        const colour = leaving ? '#e0a526' : outcome === 'applied' ? '#3f9b5f' : '#d2322d';
        const y = top + servers.indexOf(server) * row;
        return `<rect x="${fixed(x(end))}" y="${fixed(y)}" width="1.5" height="${row - 1}" fill="${colour}"/>`;
      })
      .join('');
  return {
    label: `reports (${servers.length} hosts)`,
    height: Math.max(20, servers.length * row),
    draw,
  };
}

function eventLane(records, { x, from }) {
  const events = records
    .filter(
      ({ type, at, event }) =>
        type === 'event' && at >= from && !/^session\.(opened|closed|moved)$/.test(event),
    )
    .slice(0, EVENTS_SHOWN_MAX);
  if (events.length === 0) return undefined;
  const labels = events.map(({ event, server, session, reason, zone }) =>
    [event, server ?? (zone && `zone ${zone}`), session, reason && `(${reason})`]
      .filter(Boolean)
      .join(' '),
  );
  const rows = packed(events.map(({ at }, index) => [x(at), labels[index].length * 5.6 + 14]));
  const height = Math.max(...rows.map((row) => row + 1)) * EVENT_ROW;
  const draw = (top) =>
    events
      .map(({ at }, index) => {
        const y = top + rows[index] * EVENT_ROW + 9;
        const late = x(at) + labels[index].length * 5.6 > LEFT + PLOT;
        return (
          `<circle cx="${fixed(x(at))}" cy="${y - 3}" r="3" fill="#445"/>` +
          text(x(at) + (late ? -6 : 6), y, labels[index], {
            size: 10,
            anchor: late ? 'end' : 'start',
          })
        );
      })
      .join('\n');
  return { label: 'events', height, draw };
}

function measureLane({ measures }, { x }) {
  if (measures.length === 0) return undefined;
  const draw = (top) =>
    measures
      .map(({ bar: name, value, most, least, met, from, to }, index) => {
        const y = top + index * FIGURE_ROW;
        const { what, unit } = BARS[name];
        const limit = most === undefined ? `≥ ${least}` : `≤ ${most}`;
        const label = `${what}: ${round(value)} ${unit} (${limit})`;
        const colour = met ? '#3f9b5f' : '#d2322d';
        const span =
          from === undefined
            ? ''
            : `<rect x="${fixed(x(from))}" y="${y + 16}" width="${fixed(Math.max(2, x(to) - x(from)))}" height="6" fill="${colour}" opacity="0.7"/>`;
        return span + text(LEFT, y + 12, label, { size: 11, colour });
      })
      .join('\n');
  return { label: 'figures', height: measures.length * FIGURE_ROW + 4, draw };
}

function axis({ from, to, x }, top) {
  const every =
    [1_000, 2_000, 5_000, 10_000, 20_000, 60_000].find((ms) => (to - from) / ms <= 24) ?? 120_000;
  const ticks = [];
  for (let at = Math.ceil(from / every) * every; at <= to; at += every)
    ticks.push(
      `<line x1="${fixed(x(at))}" x2="${fixed(x(at))}" y1="${top}" y2="${top + 6}" stroke="#888"/>` +
        text(x(at), top + 19, seconds(at).replace('.00', ''), { size: 11, anchor: 'middle' }),
    );
  return [
    `<line x1="${LEFT}" x2="${LEFT + PLOT}" y1="${top}" y2="${top}" stroke="#888"/>`,
    ...ticks,
  ].join('\n');
}

function legend() {
  let left = LEFT;
  return Object.values(COLOURS)
    .map(([colour, label]) => {
      const drawn = `<rect x="${left}" y="38" width="11" height="11" fill="${colour}"/>${text(left + 16, 48, label, { size: 11 })}`;
      left += label.length * 6.5 + 40;
      return drawn;
    })
    .join('');
}

/** Puts labels of a width into rows such that none covers another. */
function packed(labels) {
  const ends = [];
  return labels.map(([left, width]) => {
    const start = left + width > LEFT + PLOT ? left - width : left;
    let row = ends.findIndex((end) => end <= start);
    if (row < 0) row = ends.length;
    ends[row] = Math.max(left, start + width);
    return row;
  });
}

import { VERDICT_WORDS } from '../../bars/verdict.mjs';
import { BARS } from '../bars.mjs';
import { machineSentence } from '../measure/machine.mjs';

/** The report of a run, in Markdown. */
export function reportText({ run, about, machine, startedAt, tookMs, command, error }) {
  return [
    `# Scale: ${run.scenario}`,
    '',
    `${sentence(about)} Started ${startedAt}, ${Math.round(tookMs / 1_000)} s. Again: \`${command}\`.`,
    '',
    `Machine: ${machineSentence(machine)}`,
    '',
    ...(error ? [`**It did not get to its end: ${error.split('\n')[0]}**`, ''] : []),
    ...figuresText(run.figures),
    ...run.tables.flatMap(tableText),
    ...run.notes.flatMap((note) => [`- ${note}`]),
    ...(run.notes.length > 0 ? [''] : []),
    ...run.pictures.flatMap(({ name, title }) => [`![${title}](${name}.svg)`, '']),
  ].join('\n');
}

/** The figures of a run, one line each, for the terminal. */
export function figureLines(figures) {
  return figures.map(({ bar, value, of, verdict }) => {
    const { what, unit, most } = BARS[bar];
    const words = VERDICT_WORDS[verdict].replaceAll('**', '');
    return `${shown(value)} ${unit} (at most ${most}), ${words}: ${what}${of && `, ${of}`}`;
  });
}

function figuresText(figures) {
  if (figures.length === 0) return [];
  return [
    '| | Measured | Bar | | Stretch | Why so much |',
    '| --- | --: | --: | --- | --: | --- |',
    ...figures.map(({ bar, value, of, verdict }) => {
      const { what, unit, most, stretch, reason = '' } = BARS[bar];
      const better = stretch === undefined ? '' : `≤ ${stretch}`;
      return `| ${what}${of && `, ${of}`} | ${shown(value)} ${unit} | ≤ ${most} | ${VERDICT_WORDS[verdict]} | ${better} | ${reason} |`;
    }),
    '',
  ];
}

function tableText({ title, columns, rows }) {
  const aligned = ['---', ...columns.slice(1).map(() => '--:')];
  return [
    `## ${title}`,
    '',
    `| ${columns.join(' | ')} |`,
    `| ${aligned.join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(shown).join(' | ')} |`),
    '',
  ];
}

/** A number with three figures that count, a text as it is. */
export function shown(value) {
  if (typeof value !== 'number') return String(value ?? '');
  if (!Number.isFinite(value)) return 'not measured';
  if (Number.isInteger(value) || Math.abs(value) >= 100)
    return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}

/** Counts by name, such as `200: 1,234, 503: 5`. */
export function countsText(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${name}: ${shown(count)}`)
    .join(', ');
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

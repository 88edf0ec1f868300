import { format } from 'prettier';

const WIDTH = 100;
const TABLE = /(<!-- settings -->\n)[\s\S]*?(<!-- \/?settings -->)/;

/** `.env.example`: every variable with its default and its reason. */
export function envExample(sections) {
  const head = [
    comment('Every setting of Rollcall with its default. An empty variable counts as unset.'),
    comment('What one app reads: node apps/<app>/dist/main.js --help'),
  ].join('\n');
  const body = sections.map(({ title, settings }) =>
    [`# == ${title} ==`, ...settings.map(assignment)].join('\n\n'),
  );
  return `${[head, ...body].join('\n\n')}\n`;
}

/** The README with its table of settings renewed; without the markers it stays as it is. */
export async function readmeWithSettings(readme, sections) {
  const rows = sections.flatMap(({ settings }) => settings.map(row));
  const table = ['| Variable | Default | What it decides |', '| --- | --- | --- |', ...rows];
  const formatted = await format(table.join('\n'), { parser: 'markdown' });
  return readme.replace(TABLE, (_, start, end) => `${start}\n${formatted}\n${end}`);
}

function assignment({ name, about, defaults }) {
  const single = onlyDefault(defaults);
  const text = defaults.size < 2 ? about : `${about}. Unset: ${byApp(defaults)}`;
  return `${comment(text)}\n${name}=${single}`;
}

function row({ name, about, defaults }) {
  const single = onlyDefault(defaults);
  const shownDefault = defaults.size < 2 ? single && `\`${single}\`` : byApp(defaults);
  return `| \`${name}\` | ${shownDefault} | ${escaped(about)} |`;
}

function onlyDefault(defaults) {
  return defaults.size === 1 ? shown([...defaults.keys()][0]) : '';
}

function byApp(defaults) {
  return [...defaults]
    .map(([value, apps]) => `${shown(value)} (${[...new Set(apps)].join(', ')})`)
    .join(', ');
}

function shown(value) {
  return value === undefined ? '' : String(value);
}

/** Keeps a cell one cell: a bar would end it, and a bracket outside code would read as HTML. */
function escaped(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function comment(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length + 3 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}

import stringWidth from 'string-width';
import { visible } from './visible-text';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Stands in a cell that has nothing to say. */
export const NOTHING = '–';

const GAP = '  ';

/** Columns aligned by what a terminal shows, so that CJK names and emoji keep their neighbours in line. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(visible))];
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => stringWidth(row[index] ?? ''))),
  );
  return cells
    .map((row) =>
      columns
        .map(({ align }, index) => pad(row[index] ?? '', widths[index] ?? 0, align))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

function pad(text: string, width: number, align?: 'right'): string {
  const filling = ' '.repeat(width - stringWidth(text));
  return align === 'right' ? filling + text : text + filling;
}

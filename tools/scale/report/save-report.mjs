import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportText } from './report-text.mjs';

/** Saves report, figures, series and pictures of a run into a folder; returns where the report is. */
export function saveReport(result, folder) {
  const { run, about, machine, startedAt, tookMs, command, error } = result;
  const { scenario, options, seed, figures, tables, notes, pictures, series } = run;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'report.md');
  writeFileSync(file, reportText(result));
  for (const { name, svg } of pictures) writeFileSync(join(folder, `${name}.svg`), svg);
  const results = {
    ...{ scenario, about, options, seed, command, startedAt, tookMs, machine, error },
    ...{ figures, tables, notes },
  };
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results, undefined, 2));
  writeFileSync(join(folder, 'series.json'), JSON.stringify(series));
  return file;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportText } from './report-text.mjs';
import { timeline } from './timeline.mjs';

/** Saves a fault's history and its picture; returns where they are. */
export function saveFault(result, folder) {
  const { fault, recorder, reconcilers } = result;
  const name = `${fault.id}${reconcilers ? '' : '-without-reconcilers'}`;
  const history = join(folder, `${name}.jsonl`);
  const picture = join(folder, `${name}.svg`);
  recorder.save(history);
  writeFileSync(picture, timeline(result));
  return { history, picture, name };
}

/** Saves the report of a run; returns where it is. */
export function saveReport(results, folder, run) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'report.md');
  writeFileSync(file, reportText(results, run));
  return file;
}

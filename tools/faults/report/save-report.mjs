import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureText, problemsOf } from './outcome-text.mjs';
import { reportText } from './report-text.mjs';
import { timeline } from './timeline.mjs';

/** For programs. */
export const RESULTS_FILE = 'results.json';

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
  const faults = results.map(resultOf);
  writeFileSync(join(folder, RESULTS_FILE), JSON.stringify({ ...run, faults }, undefined, 2));
  return file;
}

function resultOf(result) {
  const { fault, passed, measures, verdict } = result;
  return {
    id: fault.id,
    passed,
    figures: measures.map(({ bar, value, most, least, met }) => ({ bar, value, most, least, met })),
    shortfalls: measures.filter(({ met }) => !met).map(measureText),
    violations: (verdict?.violations ?? []).map(
      ({ invariant, sentence }) => `${invariant}: ${sentence}`,
    ),
    problems: problemsOf(result),
  };
}

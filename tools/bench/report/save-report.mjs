import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from '../bars.mjs';
import { reportText } from './report-text.mjs';

/**
 * Saves what was measured, for people and for programs; `isMet` is whether it got to its end, and every bar that was
 * measured is met.
 */
export function saveReport(results, folder) {
  const bars = judge(results);
  const text = reportText(results, bars);
  const file = join(folder, 'report.md');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  writeFileSync(join(folder, 'results.json'), JSON.stringify({ ...results, bars }, undefined, 2));
  const isMet = !results.failure && bars.every(({ verdict }) => verdict !== 'missed');
  return { file, text, isMet };
}

// Judges saved histories anew: node tools/faults/judge.mjs .rollcall/faults/F2.jsonl …
import { readFileSync } from 'node:fs';
import { checkHistory } from './checker/check-history.mjs';
import { problemsOf } from './report/outcome-text.mjs';

for (const file of process.argv.slice(2)) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const records = lines.map((line) => JSON.parse(line));
  const measures = records.filter(({ type }) => type === 'measure');
  const problems = problemsOf({ verdict: checkHistory(records), measures, records });
  console.log(
    [`${file}: ${problems.length === 0 ? 'nothing is wrong' : ''}`, ...problems].join('\n  '),
  );
}

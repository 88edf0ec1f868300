import { judgeUnavailable } from './availability.mjs';
import { judgeBare } from './bare.mjs';
import { Past } from './past.mjs';
import { disturbances, refusals } from './proof.mjs';
import { judgeQualified } from './qualified.mjs';
import { judgeEmptied, judgeFences, judgeKeys, judgeLatencies } from './roll-wide.mjs';

/** The promises of the roll, as far as an outside history can decide them. */
export const INVARIANTS = {
  I1: 'a session that a live agent reports is never a 404, nor an older endpoint',
  I2: 'the dead do not resolve later than lease + 5 s, but for the stale answers, each with a cause',
  I3: 'an older report changes nothing',
  I4: 'one host’s report never changes another’s answers, and a contested id is nobody’s',
  I5: 'an empty store is a 503 until the roll is settled, and then everything is back',
  I6: 'every lookup is answered in time',
  I7: 'every endpoint answered was reported within the retention',
  I8: 'after the last fault the newest reports alone decide, and no key is left over',
};

/** Of a fault that is made to no site: its figures alone decide. */
const NOTHING_TO_JUDGE = {
  ...{ violations: [], refusals: [], disturbances: [] },
  ...{ lookups: 0, excused: 0 },
};

/**
 * Holds a history against the invariants. Pure: the same records, the same verdict. A moment is never taken for more
 * exact than it was recorded: what overlaps may have come first or last, and is judged only where both ways are wrong.
 */
export function checkHistory(records) {
  if (records.find(({ type }) => type === 'run').history === false) return NOTHING_TO_JUDGE;
  const past = new Past(records);
  const violations = [];
  let excused = 0;
  for (const lookup of past.lookups) {
    const judge = lookup.id.includes('~') ? judgeQualified : judgeBare;
    violations.push(...judge(lookup, past));
    const missing = judgeUnavailable(lookup, past);
    violations.push(...(missing.violations ?? []));
    if (missing.excused) excused += 1;
  }
  violations.push(
    ...judgeFences(past),
    ...judgeEmptied(past),
    ...judgeLatencies(records, past),
    ...judgeKeys(records),
  );
  return {
    violations: violations.sort((one, other) => one.at - other.at),
    refusals: refusals(records, past),
    disturbances: disturbances(records, past, excused),
    lookups: past.lookups.length,
    excused,
  };
}

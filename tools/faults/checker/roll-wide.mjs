import { compareFences } from './server-past.mjs';
import { named, violation } from './violation.mjs';

const ANSWERED_WITHIN_MS = 300;

/** I3: the store applies the reports of a server in the order of their fences, or not at all. */
export function judgeFences(past) {
  const violations = [];
  for (const { server, reports } of past.servers.values()) {
    const applied = reports
      .filter(({ acknowledged }) => acknowledged)
      .sort((one, other) => one.end - other.end);
    for (let index = 1; index < applied.length; index += 1) {
      const [one, other] = [applied[index - 1], applied[index]];
      const lost = past.troubles.some(
        ({ state, end }) => state === 'emptied' && end >= one.start && end <= other.end,
      );
      if (lost || other.start <= one.end || compareFences(one, other) < 0) continue;
      const sentence = `${server}: report ${other.boot}.${other.sequence} was applied after ${one.boot}.${one.sequence}`;
      violations.push(violation('I3', sentence, other));
    }
  }
  return violations;
}

/** I5: after the store came back empty nothing is a 404 until W is over, but what a fresh report contradicts. */
export function judgeEmptied(past) {
  const emptied = past.troubles.filter(({ state }) => state === 'emptied');
  return emptied.flatMap(({ start, end }) =>
    past.lookups
      .filter((lookup) => lookup.status === 404 && lookup.start >= end)
      .filter((lookup) => lookup.end < start + past.profile.settleAfter)
      .filter((lookup) => !mayContradict(lookup, past, end))
      .map((lookup) =>
        violation('I5', `${named(lookup)}, before the roll can have settled`, lookup),
      ),
  );
}

function mayContradict({ id, code, end }, past, since) {
  if (code === 'SESSION_AMBIGUOUS') return isContested(id, since, end, past);
  const cut = id.indexOf('~');
  const server = cut >= 0 && past.servers.get(id.slice(0, cut));
  const fresh = ({ sessions, start: sent, latest }) =>
    sent <= end && latest >= since && (!sessions || !sessions.has(id.slice(cut + 1)));
  return Boolean(server) && server.reports.some(fresh);
}

/** What was contested stays so until the roll has settled. */
function isContested(id, since, end, past) {
  const claims = [...past.servers.values()].filter((server) =>
    server.mayHaveClaimed(id, since, end),
  );
  return claims.length > 1;
}

/** I6, as far as it shows: every lookup is answered within 300 ms. */
export function judgeLatencies(records, past) {
  return lateLookups(records, past).map((lookup) => {
    const took = Math.round(lookup.end - lookup.start);
    return violation('I6', `${named(lookup)}, after ${took} ms`, lookup);
  });
}

/**
 * Lookups that took longer than 300 ms for whoever asked, while the machine let everybody run; none if the resolvers’
 * own measure knows of none, for what the asker waits for itself is not theirs.
 */
export function lateLookups(records, past) {
  const byTheirMeasure = records
    .filter(({ type }) => type === 'latency')
    .reduce((sum, { late }) => sum + late, 0);
  const late = past.lookups
    .filter(({ status, start, end }) => status !== 0 && end - start > ANSWERED_WITHIN_MS)
    .filter((lookup) => !past.wasStarved(lookup));
  return late.slice(0, byTheirMeasure);
}

/** I8: no key is left over. */
export function judgeKeys(records) {
  const censuses = records.filter(({ type }) => type === 'keys');
  const before = censuses.find(({ when }) => when === 'before');
  const after = censuses.filter(({ when }) => when === 'after').at(-1);
  if (!before || !after) return [];
  // The last known owner of a bare id is written some time after its first answer.
  const owners = before.keys
    .filter((key) => key.startsWith('b:'))
    .map((key) => `k:${key.slice(2)}`);
  const known = new Set([...before.keys, ...owners]);
  const left = after.keys.filter((key) => !known.has(key) && !key.startsWith('jobs'));
  const grown = Object.entries(after.sizes).filter(
    ([name, size]) => size > (before.sizes[name] ?? 0),
  );
  return [
    ...left.map((key) => violation('I8', `the key ${key} is left over`, after)),
    ...grown.map(([name, size]) =>
      violation('I8', `${name} has ${size} members and had ${before.sizes[name]}`, after),
    ),
  ];
}

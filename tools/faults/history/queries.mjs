// Questions to a history, for measuring. A moment is always the unfavourable end of what was recorded.

const idsOf = (ids) => new Set([ids].flat());

/** Lookups of an id, or of several, that began within a span. */
export function lookupsOf(records, ids, { from = -Infinity, to = Infinity } = {}) {
  const wanted = ids === undefined ? undefined : idsOf(ids);
  return records.filter(
    ({ type, id, start, end }) =>
      type === 'lookup' && (!wanted || wanted.has(id)) && start >= from && end <= to,
  );
}

/** Lookups of the kinds named (`live`, `bare`, `contested`, `churn`, `dead`, `unknown`). */
export function lookupsOfKind(records, kinds, span) {
  const wanted = idsOf(kinds);
  return lookupsOf(records, undefined, span).filter(({ kind }) => wanted.has(kind));
}

/** How often each answer came: `200`, `200 held`, `404 SESSION_LAPSED`, … */
export function answersIn(lookups) {
  const counts = {};
  for (const lookup of lookups) {
    const answer = answerText(lookup);
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

export function answerText({ status, stale, code, error }) {
  return [status || 'no answer', stale ?? code ?? error].filter(Boolean).join(' ');
}

/** Reports of a server, or of all, that began and ended within a span. */
export function reportsOf(records, server, { from = -Infinity, to = Infinity } = {}) {
  return records.filter(
    (record) =>
      record.type === 'report' &&
      (server === undefined || record.server === server) &&
      record.start >= from &&
      record.end <= to,
  );
}

/** The newest report of a server that the store had acknowledged by then. */
export function lastReport(records, server, { before } = {}) {
  return reportsOf(records, server, { to: before }).filter(isTaken).at(-1);
}

/** How long after a moment any of the ids still got such an answer; 0 when none did. */
export function stillMs(records, ids, since, fits) {
  const last = lookupsOf(records, ids, { from: since }).filter(fits).at(-1);
  return last ? Math.max(0, last.start - since) : 0;
}

/** How long after a moment the last of the ids had its first fitting answer that no other answer followed. */
export function onlyFromMs(records, ids, since, fits) {
  const other = lookupsOf(records, ids, { from: since })
    .filter((lookup) => !fits(lookup))
    .at(-1);
  return other ? other.end - since : 0;
}

/** Whether the store took a report. */
export const isTaken = ({ outcome }) => outcome === 'applied';
export const isFound = ({ status }) => status === 200;
export const isNotFound = ({ status }) => status === 404;
export const isUnavailable = ({ status }) => status === 503;

/** The events of a type, with these fields, that came within a span. */
export function eventsOf(records, event, fields = {}, { from = -Infinity, to = Infinity } = {}) {
  return records
    .filter((record) => record.type === 'event' && record.event === event)
    .filter((record) => Object.entries(fields).every(([name, value]) => record[name] === value))
    .filter(({ at }) => at >= from && at <= to);
}

/** The servers whose hosts are dead now, by what the steps say. */
export function deadHosts(records) {
  const dead = new Set();
  for (const { kind, server, state } of records.flatMap(({ effects = [] }) => effects)) {
    if (kind === 'host') dead[state === 'dead' ? 'add' : 'delete'](server);
  }
  return [...dead];
}

/** The n-th percentile of numbers. */
export function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

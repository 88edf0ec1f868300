import { Past } from '../checker/past.mjs';
import { longestPause } from '../checker/proof.mjs';
import { lateLookups } from '../checker/roll-wide.mjs';
import {
  eventsOf,
  isFound,
  isNotFound,
  isTaken,
  lookupsOf,
  lookupsOfKind,
  onlyFromMs,
  reportsOf,
} from './queries.mjs';

/** Kinds of lookups that name sessions of live hosts. */
export const LIVE_KINDS = ['live', 'bare'];

const idsOfKind = (records, kind) => [...new Set(lookupsOfKind(records, kind).map(({ id }) => id))];

/** What every outage is held against: nobody live is called dead, from its beginning on. */
export function measureNobodyLost(context, since) {
  const { records } = context;
  const missing = lookupsOfKind(records, LIVE_KINDS, { from: since }).filter(isNotFound);
  context.measure('not found while live', missing.length);
  measureNobodyEvicted(context, since);
}

/** Nobody live is struck off. */
export function measureNobodyEvicted(context, since) {
  const { records } = context;
  const live = new Set(context.live.map(({ id }) => id));
  const lost = eventsOf(records, 'server.lost', {}, { from: since }).filter(({ server }) =>
    live.has(server),
  );
  context.measure('servers lost', lost.length);
}

/** How many lookups took longer than 300 ms. */
export function measureLate(context) {
  const { records } = context;
  context.measure('answered late', lateLookups(records, new Past(records)).length);
}

/** Lookups from a moment on without an answer; or with a 5xx, while the machine let everybody run. */
export function failedLookups(records, since) {
  const past = new Past(records);
  return lookupsOf(records, undefined, { from: since }).filter(
    (lookup) => lookup.status === 0 || (lookup.status >= 500 && !past.wasStarved(lookup)),
  );
}

/** From a moment to the last answer but 200 of the live, held against a bar. */
export function measureFoundAgain(context, bar, since, kinds = LIVE_KINDS) {
  const ids = kinds.flatMap((kind) => idsOfKind(context.records, kind));
  const value = onlyFromMs(context.records, ids, since, isFound);
  context.measure(bar, value, { from: since, to: since + value });
}

/** The longest time from a moment on in which the store took no report. */
export function measureWritesOut(context, since) {
  const reports = reportsOf(context.records, undefined, { from: since });
  const { ms, at } = longestSilence(reports, since, context.now());
  context.measure('writes out', ms, { from: at, to: at + ms });
}

/** The longest time in which none of these reports was taken: `{ ms, at }`. */
export function longestSilence(reports, from, to) {
  const taken = reports.filter(isTaken).map(({ end }) => end);
  return longestPause([from, ...taken.sort((one, other) => one - other), to]);
}

/** Anything but 200 for the sessions of the live within a span. */
export function measureGaps(context, span) {
  const gaps = lookupsOfKind(context.records, LIVE_KINDS, span).filter((one) => !isFound(one));
  context.measure('not answered while live', gaps.length, span);
}

/** The last step: when it began and ended. */
export function lastStep({ records }) {
  return records.filter(({ type }) => type === 'step').at(-1).at;
}

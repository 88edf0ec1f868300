import { eventsOf, lastReport } from './queries.mjs';

/** When the first lease of these hosts would have ended, by the last report of each before a moment. */
export function firstLapse({ records, profile }, hosts, before) {
  return Math.min(
    ...hosts.map(({ id }) => lastReport(records, id, { before }).end + profile.lease),
  );
}

/** From the end of the first lease to the protection of a zone; negative when that came first, as it must. */
export function measureProtectedInTime(context, hosts, since, zone = '') {
  const [started] = eventsOf(context.records, 'protection.started', { zone }, { from: since });
  const lapse = firstLapse(context, hosts, since);
  const value = started ? started.at - lapse : Infinity;
  context.measure('protected before the first lease lapses', value, {
    from: since,
    to: started?.at,
  });
}

/** The most events of a type within any span of one interval. */
export function mostWithin(events, spanMs) {
  const moments = events.map(({ storeAt }) => Number(storeAt)).sort((one, other) => one - other);
  return Math.max(
    0,
    ...moments.map(
      (at, index) => moments.filter((other, after) => after >= index && other - at < spanMs).length,
    ),
  );
}

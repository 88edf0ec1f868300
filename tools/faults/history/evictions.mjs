import { eventsOf } from './queries.mjs';

const OF_OWN_WISH = 'withdrawn';

/** Events with the moment at which the store wrote them: the shortest way that any of them took is taken for none. */
function dated(events) {
  const offset = Math.min(...events.map(({ at, storeAt }) => at - Number(storeAt)));
  return events.map((event) => ({ ...event, writtenAt: Number(event.storeAt) + offset }));
}

/** Servers that were struck off while a lease of theirs ran: one had been acknowledged before, and cannot have been over. */
export function evictionsOfTheRenewed({ records, profile }) {
  const events = dated(records.filter(({ type }) => type === 'event'));
  const reports = records.filter(({ type, outcome }) => type === 'report' && outcome === 'applied');
  const lost = eventsOf(events, 'server.lost').filter(({ reason }) => reason !== OF_OWN_WISH);
  return lost.filter(({ server, writtenAt }) => {
    const last = reports.filter((one) => one.server === server && one.end < writtenAt).at(-1);
    const lease = last?.leaving ? profile.leavingLease : profile.lease;
    return last !== undefined && writtenAt < last.start + lease;
  });
}

/** How many of these servers, struck off once each within a span, were not published exactly once, sessions and all. */
export function notPublishedOnce(records, servers, span) {
  return servers.filter((server) => {
    const [lost, ...again] = eventsOf(records, 'server.lost', { server }, span);
    const evicted = eventsOf(records, 'session.evicted', { server }, span);
    const sessions = new Set(evicted.map(({ session }) => session));
    return (
      !lost ||
      again.length > 0 ||
      sessions.size !== evicted.length ||
      evicted.length !== Number(lost.sessions)
    );
  }).length;
}

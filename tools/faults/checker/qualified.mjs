import { named, violation } from './violation.mjs';

/** What an answer to `<server>~<local>` may be. */
export function judgeQualified(lookup, past) {
  const cut = lookup.id.indexOf('~');
  const server = past.servers.get(lookup.id.slice(0, cut));
  const session = lookup.id.slice(cut + 1);
  if (lookup.status === 200) return judgeFound(lookup, past, server, session);
  if (lookup.status === 404) return judgeNotFound(lookup, server, session);
  return [];
}

function judgeNotFound(lookup, server, session) {
  const { start, end } = lookup;
  if (server?.isCertainlyListed(session, start, end))
    return [
      violation('I1', `${named(lookup)}, and its host had reported it within the lease`, lookup),
    ];
  if (server?.isListedByTheLiving(session, start, end))
    return [
      violation('I1', `${named(lookup)}, and its agent lives and could not report it`, lookup),
    ];
  return [];
}

function judgeFound(lookup, past, server, session) {
  const { start, end, port, host, stale } = lookup;
  if (!server || server.reports.every(({ start: sent }) => sent > end))
    return [violation('I7', `${named(lookup)}, and nobody has reported such a server`, lookup)];
  const owners = past.serversAt(port);
  if (owners.length > 0 && !owners.includes(server.server))
    return [violation('I4', `${named(lookup)}, which is ${owners.join(' or ')}`, lookup)];
  if (server.isCertainlyNotListed(session, start, end))
    return [
      violation('I3', `${named(lookup)}, and its host's newest report does not list it`, lookup),
    ];
  const sources = server.possibleSources(session, start, end);
  if (!sources.some((report) => report.port === port && report.host === host))
    return [strange(lookup, server, past)];
  return judgeAge(lookup, past, server, session, stale);
}

/** An endpoint that is not the newest: an older one of this host, or one that nobody has reported within the retention. */
function strange(lookup, server, past) {
  const { start, port, host } = lookup;
  const since = start - past.profile.retention;
  const reported = server.reports.some(
    (report) => report.port === port && report.host === host && report.latest >= since,
  );
  return reported
    ? violation('I1', `${named(lookup)}, an older endpoint than the newest acknowledged`, lookup)
    : violation('I7', `${named(lookup)}, an endpoint that nobody has reported`, lookup);
}

/** What the stale rows of the state table allow, and what a live answer does. */
export function judgeAge(lookup, past, server, session, stale) {
  const { start, end } = lookup;
  if (stale === undefined) return judgeLive(lookup, past, server, session);
  const allowed = {
    held: () => server.mayBeLate(start, end) && server.mayBeHeld(start),
    protected: () => server.mayBeLate(start, end) && past.mayBeProtected(start, end),
    unsettled: () => past.mayBeUnsettled(start, end) || past.wereWritersStarved(lookup),
  }[stale];
  if (allowed?.()) return [];
  const invariant = start > past.healedAt + past.profile.back ? 'I8' : 'I2';
  return [violation(invariant, `${named(lookup)}, and nothing explains that cause`, lookup)];
}

function judgeLive(lookup, { profile }, server, session) {
  const { start, end } = lookup;
  const limit = server.lapsedFrom(session, start, end) + 5_000;
  if (start <= limit) return [];
  const late = Math.round(start - limit);
  return [
    violation(
      'I2',
      `${named(lookup)}, ${late} ms later than lease (${profile.lease} ms) + 5 s`,
      lookup,
    ),
  ];
}

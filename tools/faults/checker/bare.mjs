import { judgeAge } from './qualified.mjs';
import { named, violation } from './violation.mjs';

/** A session that moves may be missing or contested for as long. */
const MOVING_MS = 3_000;

/** What an answer to a bare local id may be: it names its host while exactly one believed server has it. */
export function judgeBare(lookup, past) {
  if (lookup.status === 200) return judgeFound(lookup, past);
  if (lookup.status === 404) return judgeNotFound(lookup, past);
  return [];
}

function judgeFound(lookup, past) {
  const { id, start, end, port, stale } = lookup;
  const servers = [...past.servers.values()];
  const certain = servers.filter((server) => server.isCertainlyListed(id, start, end));
  if (certain.length > 1) {
    const claimants = certain.map(({ server }) => server).join(' and ');
    return [violation('I4', `${named(lookup)}, while ${claimants} both had it`, lookup)];
  }
  const owners = servers.filter((server) =>
    server.possibleSources(id, start, end).some((report) => report.port === port),
  );
  if (owners.length === 0) return [nobodys(lookup, past)];
  const verdicts = owners.map((server) => judgeAge(lookup, past, server, id, stale));
  return verdicts.some((verdict) => verdict.length === 0) ? [] : verdicts[0];
}

function nobodys(lookup, past) {
  const { id, start, end, port } = lookup;
  const [owner] = past.serversAt(port);
  if (!owner)
    return violation('I7', `${named(lookup)}, an endpoint that nobody has reported`, lookup);
  if (past.servers.get(owner).possibleSources(id, start, end).length > 0)
    return violation(
      'I1',
      `${named(lookup)}, an older endpoint than the newest acknowledged`,
      lookup,
    );
  return violation('I4', `${named(lookup)}, and ${owner}'s newest report does not list it`, lookup);
}

function judgeNotFound(lookup, past) {
  const { id, start, end, code } = lookup;
  const [sole, ...others] = [...past.servers.values()].filter(
    (server) =>
      server.isCertainlyListed(id, start, end) || server.isListedByTheLiving(id, start, end),
  );
  if (!sole || others.length > 0) return [];
  const since = start - contestedFor(past, start);
  const contested = [...past.servers.values()].some(
    (server) => server !== sole && server.mayHaveClaimed(id, since, end),
  );
  if (contested) return [];
  const why =
    code === 'SESSION_AMBIGUOUS'
      ? 'nobody else has had it for 3 s'
      : 'its host lives and had reported it';
  return [violation('I1', `${named(lookup)}, and ${why}`, lookup)];
}

/** What was contested stays so until the roll is settled again, and then for as long as a move takes. */
function contestedFor(past, start) {
  const settling = past.troubles.filter(
    (trouble) => trouble.start <= start && trouble.settledFrom + MOVING_MS >= start,
  );
  const began = Math.min(start, ...settling.map((trouble) => trouble.start));
  return start - began + MOVING_MS;
}

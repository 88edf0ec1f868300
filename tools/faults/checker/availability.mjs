import { feels } from './troubles.mjs';
import { named, violation } from './violation.mjs';

/**
 * When an answer may be missing: the store is in trouble, or the roll not settled after that. Beyond the moment at which
 * everything must be as the newest reports say, nothing excuses it any more but a machine that let nobody run.
 */
export function judgeUnavailable(lookup, past) {
  const { status, code } = lookup;
  if (status === 200 || status === 404) return {};
  if (status === 0) return wasStopping(lookup, past) ? {} : unavailable('I6', lookup, past);
  const must = mustAnswer(lookup, past);
  if (must) return unavailable(must, lookup, past);
  const until = code === 'ROLL_WARMING' ? 'settledFrom' : 'usedFrom';
  if (feels(past.troubles, lookup, until) || wasStopping(lookup, past)) return {};
  return unavailable('I8', lookup, past);
}

function unavailable(invariant, lookup, past) {
  const excused =
    past.wasStarved(lookup) || (lookup.code === 'ROLL_WARMING' && past.wereWritersStarved(lookup));
  if (excused) return { excused: true };
  return {
    violations: [violation(invariant, `${named(lookup)}, and nothing explains it`, lookup)],
  };
}

/** The invariant that demands an answer by now, if one does. */
function mustAnswer({ id, start, end }, past) {
  const { back, settleAfter } = past.profile;
  const emptied = past.troubles.some(({ state }) => state === 'emptied');
  if (start <= past.healedAt + (id.includes('~') ? back : settleAfter)) return undefined;
  return isListedByOne(id, start, end, past) ? (emptied ? 'I5' : 'I8') : undefined;
}

function isListedByOne(id, start, end, past) {
  const cut = id.indexOf('~');
  if (cut >= 0)
    return past.servers.get(id.slice(0, cut))?.isCertainlyListed(id.slice(cut + 1), start, end);
  const claims = [...past.servers.values()].filter((server) =>
    server.mayHaveClaimed(id, start, end),
  );
  return claims.length === 1 && claims[0].isCertainlyListed(id, start, end);
}

/** Whether the resolver that was asked was being stopped, or was not there. */
function wasStopping({ resolver, start, end }, past) {
  return past
    .effects('resolver')
    .some(({ at, effect }) => effect.resolver === resolver && at[0] <= end && at[1] + 500 >= start);
}

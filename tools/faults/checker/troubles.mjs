/** Resolvers reconnect at most half a second apart, and renew at most 1.25 × gap / 4 apart: the first write after an outage. */
const FIRST_WRITE_MS = 1_000;
/** How soon the store must be used again once it is back, unless the step says otherwise. */
const IN_USE_WITHIN_MS = 1_000;

/**
 * When the store, or the road of one resolver to it, was not as it should be: from the beginning of the step that broke
 * it to the end of the one that mended it. Steps say so with the effects
 * `{ kind: 'store', state: 'down' | 'hung' | 'slow' | 'refusing' | 'up' | 'emptied', inUseWithin }` and
 * `{ kind: 'road', resolver, state: 'cut' | 'up', inUseWithin }`.
 */
export function troublesOf(steps, profile) {
  const troubles = [];
  const open = new Map();
  for (const { at, effects = [] } of steps)
    for (const { kind, state, resolver, inUseWithin } of effects) {
      if (kind !== 'store' && kind !== 'road') continue;
      if (kind === 'store' && state === 'emptied') {
        troubles.push({ state, start: at[0], end: at[1], inUseWithin });
        continue;
      }
      const key = resolver ?? 'store';
      const begun = open.get(key);
      if (state !== 'up') {
        if (!begun) open.set(key, { state, resolver, start: at[0] });
      } else if (begun) {
        open.delete(key);
        troubles.push({ ...begun, end: at[1], inUseWithin });
      }
    }
  for (const begun of open.values()) troubles.push({ ...begun, end: Infinity });
  return troubles.map(({ inUseWithin = IN_USE_WITHIN_MS, ...trouble }) => ({
    ...trouble,
    usedFrom: trouble.end + inUseWithin,
    settledFrom: trouble.end + Math.max(FIRST_WRITE_MS, inUseWithin) + profile.settleAfter,
  }));
}

/** Whether a trouble that this lookup could feel was on, with the time to get over it. */
export function feels(troubles, { start, end, resolver }, until) {
  return troubles.some(
    (trouble) =>
      (trouble.resolver === undefined || trouble.resolver === resolver) &&
      trouble.start <= end &&
      trouble[until] >= start,
  );
}

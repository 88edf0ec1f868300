/**
 * How evictions follow lapses, by the clock of Redis: `leaseEnds` tells when the lease of each dead server ended, `lost`
 * are the `server.lost` events. `missing` are dead servers that were not struck off, `others` servers that were though
 * they live.
 */
export function evictionFigures(leaseEnds, lost) {
  const struckOff = new Map(lost.map(({ server, storeAt }) => [server, Number(storeAt)]));
  const dead = [...leaseEnds.keys()];
  const lastLapseAtMs = most(leaseEnds.values());
  const lastEvictionAtMs = most(
    dead.filter((server) => struckOff.has(server)).map((server) => struckOff.get(server)),
  );
  return {
    lastLapseAtMs,
    lastEvictionAtMs,
    afterMs: lastEvictionAtMs - lastLapseAtMs,
    missing: dead.filter((server) => !struckOff.has(server)).length,
    others: [...struckOff.keys()].filter((server) => !leaseEnds.has(server)).length,
  };
}

function most(values) {
  let found = -Infinity;
  for (const value of values) found = Math.max(found, value);
  return found;
}

/** A pseudo-random source, uniform in [0, 1): the same numbers for the same seed and stream (mulberry32). */
export function seededRandom(seed, stream = 0) {
  let state = (seed ^ Math.imul(stream + 1, 0x9e3779b1)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of the items, chosen at random; all of them when there are no more. */
export function sample(items, count, random) {
  if (count >= items.length) return [...items];
  const rest = [...items];
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor(random() * (rest.length - index));
    [rest[index], rest[other]] = [rest[other], rest[index]];
  }
  return rest.slice(0, count);
}

/** One-sided, 99 %: so many standard errors. */
const CERTAIN = 2.33;
/** A heap rises until it is collected: what is left of a span is its least sample. */
const SPANS = 20;

/**
 * By how many percent a quantity has grown over a run, as far as its samples prove it: the lower end of a straight line
 * through the least of each twentieth of the run; 0 if it may not have grown at all. `samples` are `{ at, value }`.
 */
export function provenGrowth(samples) {
  const floors = floorsOf(samples);
  const { slope, error, mean } = lineThrough(floors);
  const [first, last] = [floors[0].at, floors.at(-1).at];
  const proven = Math.max(0, slope - CERTAIN * error) * (last - first);
  return mean === 0 ? 0 : (100 * proven) / mean;
}

function floorsOf(samples) {
  const size = Math.max(1, Math.floor(samples.length / SPANS));
  const spans = [];
  for (let index = 0; index + size <= samples.length; index += size)
    spans.push(samples.slice(index, index + size));
  return spans.map((span) =>
    span.reduce((least, sample) => (sample.value < least.value ? sample : least)),
  );
}

/** Least squares; `error` is the standard error of the slope. */
function lineThrough(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [at, value] = [mean((point) => point.at), mean((point) => point.value)];
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  const slope =
    points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0) / spread;
  const left = points.reduce(
    (sum, point) => sum + (point.value - value - slope * (point.at - at)) ** 2,
    0,
  );
  return { slope, mean: value, error: Math.sqrt(left / (points.length - 2) / spread) };
}

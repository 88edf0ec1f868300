/** A moment in whole seconds of UTC, as the logs have it. */
export function formatMoment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

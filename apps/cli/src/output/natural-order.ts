const collator = new Intl.Collator('en', { numeric: true });

/** Orders names as people do (`gpu-2` before `gpu-10`); names that read alike by their characters, so that it is stable. */
export function compareNaturally(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

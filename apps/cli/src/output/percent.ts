/** A share as people say it: `30 %`, `12.5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

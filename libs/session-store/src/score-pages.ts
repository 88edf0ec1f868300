import type { StoreContext } from './store-context';

/** A member of a sorted set, with its score. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/**
 * Most that is read of a set, or asked about, at once. Redis serves nobody else meanwhile: a thousand take it less than
 * half a millisecond, ten thousand 4 ms.
 */
export const PAGE_MAX = 1_000;

/**
 * The members of a sorted set up to a score, the lowest first, page after page. Whoever keeps its score all the while is
 * found, whoever else comes, goes, or moves; those at the end of a page are found twice. Only of more than a page of
 * members with one score somebody may be missed.
 */
export async function* membersByScore(
  { redis, runner }: Pick<StoreContext, 'redis' | 'runner'>,
  key: string,
  scoreMax: number | '+inf',
): AsyncGenerator<ScoredMember[]> {
  let scoreMin: number | '-inf' = '-inf';
  let known = 0;
  for (;;) {
    const flat: string[] = await runner.run('zrangebyscore', () =>
      redis.zrangebyscore(key, scoreMin, scoreMax, 'WITHSCORES', 'LIMIT', known, PAGE_MAX),
    );
    const page = inGroups(flat, 2).map(([member = '', score]) => ({
      member,
      score: Number(score),
    }));
    const last = page.at(-1)?.score;
    if (last === undefined) return;
    yield page;
    if (page.length < PAGE_MAX) return;
    const areEqual = page[0]?.score === last;
    known = areEqual ? (last === scoreMin ? known : 0) + page.length : 0;
    scoreMin = last;
  }
}

/** As many at once as may be asked about. */
export function inPages<T>(items: readonly T[]): T[][] {
  return inGroups(items, PAGE_MAX);
}

/** Groups of so many; the last has what is left. */
export function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

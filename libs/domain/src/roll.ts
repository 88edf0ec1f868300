import type { Fence } from './report';
import type { ServerRecord } from './server-record';
import type { RollStore } from './session-store.port';

/** Everybody on the roll, at about one moment. */
export interface RollReading {
  /** When the last page was read, by the store's clock. */
  readonly nowMs: number;
  /** Each server once. */
  readonly servers: readonly ServerRecord[];
}

/** Servers read at once when it is not told otherwise. */
export const ROLL_PAGE_SIZE = 500;

/**
 * Reads the roll page by page. The pages go by lease end, so a server that reports meanwhile is seen twice, on whichever
 * page its older report was: the newer one counts.
 */
export async function readRoll(
  store: Pick<RollStore, 'servers'>,
  pageSize = ROLL_PAGE_SIZE,
): Promise<RollReading> {
  const newest = new Map<string, ServerRecord>();
  let nowMs = 0;
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page = await store.servers(cursor, pageSize);
    for (const record of page.servers) {
      const seen = newest.get(record.server);
      if (seen === undefined || isNewer(record, seen)) newest.set(record.server, record);
    }
    nowMs = page.nowMs;
    cursor = page.next;
  }
  return { nowMs, servers: [...newest.values()] };
}

function isNewer(one: Fence, other: Fence): boolean {
  return one.boot === other.boot ? one.sequence > other.sequence : one.boot > other.boot;
}

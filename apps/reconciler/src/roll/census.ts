import {
  serverState,
  type LeasePolicy,
  type RollStore,
  type ServerRecord,
  type ServerState,
} from '@rollcall/domain';

/** Who is on the roll, at about one moment. */
export interface Census {
  readonly servers: Readonly<Record<ServerState, number>>;
  /** Sessions by the state of their server. */
  readonly sessions: Readonly<Record<ServerState, number>>;
  /** Servers whose DCV server does not answer. */
  readonly unhealthy: number;
}

const PAGE_SIZE = 500;

/** Counts everybody on the roll, page by page; a server that reports meanwhile is seen twice and counted once. */
export async function takeCensus(
  store: Pick<RollStore, 'servers'>,
  policy: LeasePolicy,
): Promise<Census> {
  const servers = { live: 0, leaving: 0, late: 0, lapsed: 0 };
  const sessions = { live: 0, leaving: 0, late: 0, lapsed: 0 };
  let unhealthy = 0;
  const counted = new Set<string>();
  const count = (record: ServerRecord, nowMs: number) => {
    if (counted.has(record.server)) return;
    counted.add(record.server);
    const state = serverState(record, nowMs, policy);
    servers[state] += 1;
    sessions[state] += record.sessions.length;
    if (!record.healthy) unhealthy += 1;
  };
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page = await store.servers(cursor, PAGE_SIZE);
    for (const record of page.servers) count(record, page.nowMs);
    cursor = page.next;
  }
  return { servers, sessions, unhealthy };
}

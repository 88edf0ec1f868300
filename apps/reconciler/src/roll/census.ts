import {
  readRoll,
  serverState,
  type LeasePolicy,
  type RollStore,
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

const NOBODY: Readonly<Record<ServerState, number>> = {
  live: 0,
  leaving: 0,
  late: 0,
  held: 0,
  protected: 0,
  lapsed: 0,
};

/** Counts everybody on the roll. */
export async function takeCensus(
  store: Pick<RollStore, 'servers'>,
  policy: LeasePolicy,
): Promise<Census> {
  const servers = { ...NOBODY };
  const sessions = { ...NOBODY };
  let unhealthy = 0;
  const roll = await readRoll(store);
  for (const record of roll.servers) {
    const state = serverState(record, roll.nowMs, policy);
    servers[state] += 1;
    sessions[state] += record.sessions.length;
    if (!record.healthy) unhealthy += 1;
  }
  return { servers, sessions, unhealthy };
}

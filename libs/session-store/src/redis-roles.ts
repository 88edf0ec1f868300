import type { ClusterOptions, RedisOptions } from 'ioredis';

/**
 * What a connection is for; decides how long it waits and what it does while Redis is away.
 * - `resolve`: a lookup has 300 ms in all: fails at once without a connection, never repeats a command by itself.
 * - `report`: fails at once without a connection; the agent decides when to try again.
 * - `sweep`: the same, and no more patient: a sweep must not believe a store that is too slow for the agents' reports.
 * - `worker`: BullMQ's own, which waits for ever (it demands `maxRetriesPerRequest: null`).
 * - `subscriber`: blocking reads, which wait for ever; whoever reads sets the deadline.
 */
export type RedisRole = 'resolve' | 'report' | 'sweep' | 'worker' | 'subscriber';

/** What a role asks of a connection: to one server, and what is more in a Cluster. */
export interface RoleOptions {
  readonly redis: RedisOptions;
  readonly cluster: ClusterOptions;
  /** How far apart attempts to connect are at most. */
  readonly retryMaxMs: number;
}

/** Thousands of agents may do so. */
const RETRY_MAX_MS = 500;
/**
 * Who resolves and who sweeps are few, and theirs is the first write after an outage: from that on the roll is counted as
 * written, and bare ids wait for it.
 */
const RETRY_OF_FEW_MAX_MS = 100;

/** The first of a lookup's two reads may use most of its budget (`LOOKUP_BUDGET_MS`), never all of it. */
const RESOLVE_TIMEOUT_MS = 250;

const FAIL_FAST: RedisOptions = {
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
};

/** Follows a slot that has moved, and asks again where it is after a lost node: four times at most, 120 ms in all. */
const FAIL_FAST_CLUSTER: ClusterOptions = {
  enableOfflineQueue: false,
  ...redirections(4, 30),
  slotsRefreshTimeout: 500,
};

/**
 * Outlasts a failover with a `cluster-node-timeout` of 15 s, Redis's default, and 5 s more: every other redirection
 * (a MOVED to the dead node) takes no time. With ioredis' 16 the sweep's jobs stayed away for 57 s.
 */
const PATIENT_CLUSTER = redirections(600, 100);

/** Gives up sooner than the reader's deadline, who then begins anew instead of hearing what nobody waits for. */
const READING_CLUSTER = redirections(30, 100);

/** The options of a role; `reportTimeoutMs` bounds a command of the report and sweep roles. */
export function roleOptions(role: RedisRole, reportTimeoutMs: number): RoleOptions {
  switch (role) {
    case 'resolve':
      return {
        redis: { ...FAIL_FAST, commandTimeout: RESOLVE_TIMEOUT_MS },
        cluster: FAIL_FAST_CLUSTER,
        retryMaxMs: RETRY_OF_FEW_MAX_MS,
      };
    case 'report':
    case 'sweep':
      return {
        redis: { ...FAIL_FAST, commandTimeout: reportTimeoutMs },
        cluster: FAIL_FAST_CLUSTER,
        retryMaxMs: role === 'sweep' ? RETRY_OF_FEW_MAX_MS : RETRY_MAX_MS,
      };
    case 'worker':
      return {
        redis: { maxRetriesPerRequest: null },
        cluster: PATIENT_CLUSTER,
        retryMaxMs: RETRY_MAX_MS,
      };
    case 'subscriber':
      return {
        redis: { maxRetriesPerRequest: null },
        cluster: READING_CLUSTER,
        retryMaxMs: RETRY_MAX_MS,
      };
  }
}

function redirections(maxRedirections: number, delayMs: number): ClusterOptions {
  return {
    maxRedirections,
    retryDelayOnFailover: delayMs,
    retryDelayOnClusterDown: delayMs,
    retryDelayOnTryAgain: delayMs,
  };
}

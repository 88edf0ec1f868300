import { redisAddress, redisSetting, type RedisConfig } from '@rollcall/config';

/** What is wrong with a store, each as a sentence for its operator. */
export interface Inspection {
  /** Nothing can be relied on: an app must not run on it. */
  readonly problems: readonly string[];
  /** An app runs, against advice or without knowing. */
  readonly warnings: readonly string[];
}

const OLDEST_REDIS = [7, 0];
const OLDEST_VALKEY = [8, 0];
const SAFE_POLICY = 'noeviction';

/** Judges one server by what it says of itself (INFO); CONFIG is blocked by many who offer Redis as a service. */
export function inspectServer(info: string, server: string, config: RedisConfig): Inspection {
  const fields = fieldsOf(info);
  const problems = [modeProblem(fields, config), versionProblem(fields)];
  const { problem, warning } = policyJudgement(fields, config);
  const told = (sentence: string | undefined) =>
    sentence === undefined ? [] : [`${redisSetting(config)}: the Redis at ${server} ${sentence}`];
  return { problems: [...problems, problem].flatMap(told), warnings: told(warning) };
}

/** The judgement on a server that refuses to say anything of itself. */
export function uninspected(refusal: string, config: RedisConfig): Inspection {
  const address = redisAddress(config);
  return {
    problems: [],
    warnings: [
      `${redisSetting(config)}: neither the version nor the maxmemory-policy of ${address} could be read, as INFO is refused (${refusal})`,
    ],
  };
}

/** The judgement on a server whose database, as the URL names it, cannot be chosen. */
export function missingDatabase(
  database: number,
  refusal: string,
  config: RedisConfig,
): Inspection {
  const address = redisAddress(config);
  return {
    problems: [
      `REDIS_URL: ${address} names database ${database}, which that server does not give (${refusal})`,
    ],
    warnings: [],
  };
}

/** The database that the configuration asks for. */
export function databaseOf(config: RedisConfig): number {
  if (config.mode === 'sentinel' || config.mode === 'cluster') return 0;
  return Number(new URL(config.url).pathname.slice(1) || 0);
}

function modeProblem(fields: ReadonlyMap<string, string>, { mode }: RedisConfig) {
  const found = fields.get('redis_mode') ?? fields.get('server_mode');
  if (found === 'cluster' && mode !== 'cluster')
    return 'is a node of a Cluster: set REDIS_MODE=cluster, and REDIS_NODES to some of its nodes';
  if (found === 'sentinel')
    return 'is a Sentinel: set REDIS_MODE=sentinel, REDIS_NODES to the Sentinels, and REDIS_SENTINEL_MASTER';
  return undefined;
}

function versionProblem(fields: ReadonlyMap<string, string>): string | undefined {
  const valkey = fields.get('valkey_version');
  if (valkey !== undefined)
    return isOlder(valkey, OLDEST_VALKEY)
      ? `runs Valkey ${valkey}, and Rollcall needs 8.0 or newer`
      : undefined;
  const redis = fields.get('redis_version');
  return redis !== undefined && isOlder(redis, OLDEST_REDIS)
    ? `runs version ${redis}, and Rollcall needs Redis 7.0 or newer, or Valkey 8`
    : undefined;
}

function policyJudgement(
  fields: ReadonlyMap<string, string>,
  { allowEviction }: RedisConfig,
): { problem?: string; warning?: string } {
  const policy = fields.get('maxmemory_policy');
  if (policy === SAFE_POLICY) return {};
  if (policy === undefined)
    return { warning: 'does not tell its maxmemory-policy, which must be noeviction' };
  const danger = `has the maxmemory-policy ${policy}: when it is full, it drops the sessions of live hosts`;
  return allowEviction
    ? { warning: `${danger}. REDIS_ALLOW_EVICTION is on, so it is used all the same` }
    : {
        problem: `${danger}. Set it to noeviction, or REDIS_ALLOW_EVICTION=on to run all the same`,
      };
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const differing = oldest.findIndex((part, index) => part !== parts[index]);
  return differing >= 0 && (parts[differing] ?? 0) < (oldest[differing] ?? 0);
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => /^\w+:/.test(line));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

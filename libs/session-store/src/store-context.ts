import type { LeasePolicy } from '@rollcall/domain';
import type { CommandRunner } from './command-runner';
import type { RollKeys } from './keys';
import type { RunScript } from './lua/script-commands';
import type { RedisConnection } from './redis-connection';

/** What the groups of operations of one store share. */
export interface StoreContext {
  readonly redis: RedisConnection;
  readonly keys: RollKeys;
  readonly policy: LeasePolicy;
  readonly runner: CommandRunner;
  readonly script: RunScript;
  /** Most entries the event stream keeps, approximately. */
  readonly eventsMax: number;
}

/** The store's clock, in milliseconds since 1970. */
export async function storeTime({ keys, runner, script }: StoreContext): Promise<number> {
  return Number(await runner.run('now', () => script('now', [keys.due], [])));
}

/** The arguments every script that writes takes, in their order: retention, gap, settle after, all in milliseconds. */
export function pulseArguments({ retentionMs, gapMs, settleAfterMs }: LeasePolicy): number[] {
  return [retentionMs, gapMs, Math.ceil(settleAfterMs)];
}

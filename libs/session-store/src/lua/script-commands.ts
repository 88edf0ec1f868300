import type { RedisConnection } from '../redis-connection';
import { LUA_SCRIPTS } from './scripts.generated';

/** The name of an embedded script. */
export type ScriptName = keyof typeof LUA_SCRIPTS;

/** Runs one embedded script with its keys and arguments. */
export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

type ScriptCommand = (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>;

/** Teaches a connection the store's scripts: each runs by its hash, and is sent again when Redis has forgotten it. */
export function scriptCommands(redis: RedisConnection): RunScript {
  const commands = {} as Record<ScriptName, ScriptCommand>;
  for (const [name, lua] of Object.entries(LUA_SCRIPTS) as [ScriptName, string][]) {
    const command = `rollcall:${name}`;
    redis.defineCommand(command, { lua });
    commands[name] = (Reflect.get(redis, command) as ScriptCommand).bind(redis);
  }
  return (name, keys, args) => commands[name](keys.length, ...keys, ...args);
}

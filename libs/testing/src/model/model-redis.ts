import type { Redis } from 'ioredis';
import type { Gate } from './model-site';
import { FAR_MS, onModelTime } from './script-clock';

/** Commands that tell or set a time, and that a store is not known to send outside its scripts. */
const UNKNOWN = [
  'set',
  'setex',
  'psetex',
  'getex',
  'expire',
  'pexpire',
  'expireat',
  'pexpireat',
  'ttl',
];

/** How a process of a model reaches Redis. */
export interface ModelConnection {
  readonly redis: Redis;
  /** The model's time. */
  readonly now: () => number;
  /** Lets a command happen; throws when Redis is out of reach. */
  readonly pass: Gate;
}

/** A connection on the model's time: scripts and commands see it in place of Redis's, and each command is a piece. */
export function modelRedis({ redis, now, pass }: ModelConnection): Redis {
  const commands: Record<string, unknown> = {
    defineCommand: (name: string, definition: { lua: string }) =>
      redis.defineCommand(name, { ...definition, lua: onModelTime(definition.lua) }),
    time: () => pass(async () => [Math.floor(now() / 1000), (now() % 1000) * 1000]),
    pttl: (key: string) =>
      pass(async () => {
        const at = await redis.pexpiretime(key);
        return at < 0 ? at : at - FAR_MS - now();
      }),
  };
  for (const name of UNKNOWN)
    commands[name] = () => Promise.reject(new Error(`the model does not know ${name}`));
  return new Proxy(redis, {
    get(target, name) {
      if (typeof name === 'string' && name in commands) return commands[name];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        pass(async () => Reflect.apply(value, target, args) as Promise<unknown>);
    },
  });
}

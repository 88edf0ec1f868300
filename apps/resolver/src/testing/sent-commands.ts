import type { OpenSessionStore } from '@rollcall/session-store';
import { openMonitor } from '@rollcall/testing';

/** A Redis that a test may connect to; a single one, as a cluster has nothing that shows all it is sent. */
interface RedisUnderTest {
  client(): Extract<OpenSessionStore['redis'], { monitor: unknown }>;
}

/** A command as Redis ran it. */
export interface SentCommand {
  readonly args: string[];
  /** Part of a renewal, which a resolver sends by itself: the script, or what it runs. */
  readonly isRenewal: boolean;
  /** Run by a script, and not sent. */
  readonly isInScript: boolean;
  /** Every key that Redis takes the command to touch. */
  readonly keys: string[];
}

/** Everything that Redis is sent, by whomever, while something is done. */
export async function sentCommands(
  redis: RedisUnderTest,
  work: () => Promise<unknown>,
): Promise<SentCommand[]> {
  const client = redis.client();
  const monitor = await openMonitor(client);
  const seen: { args: string[]; isInScript: boolean }[] = [];
  let isOver!: () => void;
  const over = new Promise<void>((resolve) => (isOver = resolve));
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (args[1] === 'over') isOver();
    else seen.push({ args, isInScript: source === 'lua' });
  });
  await work();
  await client.ping('over');
  await over;
  monitor.disconnect();
  const commands = await Promise.all(
    seen.map(async (command) => ({ ...command, keys: await keysOf(command.args) })),
  );
  client.disconnect();
  return markRenewals(commands);

  async function keysOf(args: string[]): Promise<string[]> {
    if (args.length < 2) return [];
    try {
      return (await client.call('COMMAND', 'GETKEYS', ...args)) as string[];
    } catch (error) {
      if (/no key arguments/i.test(String(error))) return [];
      throw error;
    }
  }
}

/** What a script runs comes right behind the script. */
function markRenewals(commands: readonly Omit<SentCommand, 'isRenewal'>[]): SentCommand[] {
  let isRenewal = false;
  return commands.map((command) => {
    if (!command.isInScript) {
      isRenewal =
        /^eval/i.test(command.args[0] ?? '') && command.keys.some((key) => key.endsWith(':pulse'));
    }
    return { ...command, isRenewal };
  });
}

/** The whole content of a Redis, but for what a renewal writes and a sweep notes. */
export async function dumpOf(redis: RedisUnderTest, roll: string): Promise<Record<string, string>> {
  const client = redis.client();
  const ownKeys = ['pulse', 'settled', 'swept'].map((name) => `${roll}${name}`);
  const keys = (await client.keys('*')).filter((key) => !ownKeys.includes(key)).sort();
  const dumps = await Promise.all(
    keys.map(async (key) => [key, (await client.dumpBuffer(key))?.toString('base64') ?? 'gone']),
  );
  client.disconnect();
  return Object.fromEntries(dumps) as Record<string, string>;
}

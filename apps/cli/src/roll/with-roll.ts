import { CommandFailure, ExitCode } from '../exit-codes';
import type { Cli, Roll } from './roll';

/** Opens the roll for as long as the work takes; what the store fails with becomes a sentence that names the store. */
export async function withRoll<T>(cli: Cli, work: (roll: Roll) => Promise<T>): Promise<T> {
  const roll = await cli.openRoll();
  try {
    await roll.ready();
    return await work(roll);
  } catch (error) {
    const outage = outageSentence(error, roll.address);
    if (outage === undefined) throw error;
    throw new CommandFailure(ExitCode.unavailable, outage, { cause: error });
  } finally {
    await roll.close();
  }
}

/** Says which store does not do its part, and why; undefined when the error is of another kind. */
export function outageSentence(error: unknown, address: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && error.code === 'STORE_UNAVAILABLE') {
    return sentence(error.message, address, reasonOf(error.cause));
  }
  return error.name === 'ReplyError'
    ? sentence('the session store refuses a command', address, error.message)
    : undefined;
}

function sentence(what: string, address: string, reason?: string): string {
  return `${what}: ${address}${reason ? ` (${reason})` : ''}`;
}

/** Failed attempts to connect to a name with several addresses carry a code but no message. */
function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return cause.message || ('code' in cause ? String(cause.code) : undefined);
}

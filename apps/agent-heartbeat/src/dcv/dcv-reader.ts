import type { LocalId } from '@rollcall/domain';
import { runCommand, type CommandFailure } from '../bounded-command';
import { parseSessionList } from './session-list.parser';

export type DcvFailure = CommandFailure | 'unparsable' | 'stuck';

/** One answer of the host's `dcv`. */
export type DcvReading =
  | {
      readonly kind: 'listed';
      readonly ids: readonly LocalId[];
      readonly createdAtMs: ReadonlyMap<LocalId, number>;
      readonly unusable: readonly string[];
    }
  | {
      readonly kind: 'failed';
      readonly failure: DcvFailure;
      readonly reason: string;
      /** What `dcv` itself said, for the debug level only: it may name sessions. */
      readonly said?: string;
    };

export interface DcvReaderOptions {
  readonly command: string;
  readonly timeoutMs: number;
}

const STDOUT_BYTES_MAX = 1_048_576;
const KILL_PATIENCE_MS = 1_000;

/** Asks `dcv` for the host's sessions. A command that survives SIGKILL is not joined by a second one. */
export class DcvReader {
  private lingering?: Promise<void>;

  constructor(
    private readonly options: DcvReaderOptions,
    private readonly run = runCommand,
  ) {}

  async read(signal: AbortSignal): Promise<DcvReading> {
    const { command, timeoutMs } = this.options;
    if (this.lingering && !(await isOver(this.lingering, KILL_PATIENCE_MS))) {
      return failed('stuck', `an earlier ${command} was killed and still has not ended`);
    }
    const limits = { timeoutMs, stdoutBytesMax: STDOUT_BYTES_MAX };
    const running = this.run(command, ['list-sessions', '-j'], limits, signal);
    this.lingering = running.ended;

    const result = await running.result;
    if (result.kind === 'failed') return result;
    const list = parseSessionList(result.stdout);
    if (!list.ok) return failed('unparsable', `${command}: ${list.problem}`);
    const { ids, createdAtMs, unusable } = list;
    return { kind: 'listed', ids, createdAtMs, unusable };
  }
}

function failed(failure: DcvFailure, reason: string): DcvReading {
  return { kind: 'failed', failure, reason };
}

async function isOver(work: Promise<void>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const over = await Promise.race([work.then(() => true), impatience]);
  clearTimeout(timer);
  return over;
}

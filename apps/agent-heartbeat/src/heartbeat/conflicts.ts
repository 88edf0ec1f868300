import type { LeasePolicy } from '@rollcall/domain';
import type { SendOutcome } from './reporter';

/** Another agent reports under this agent's server id, and this one has to give way. */
export interface Conflict {
  readonly kind: 'superseded' | 'outdated';
  readonly sentence: string;
}

/** A snapshot of this machine that was resumed is outdated once; a copy that runs beside it makes it so again and again. */
const OUTDATED_MAX = 3;
const WINDOW_INTERVALS = 10;

const CURE = 'Give every host its own AGENT_SERVER_ID or its own AGENT_STATE_DIR.';

/** Tells from the outcomes of reports when two agents share one server id. */
export class Conflicts {
  private outdatedAtMs: number[] = [];

  constructor(private readonly policy: LeasePolicy) {}

  /** The conflict, once an outcome proves one; moments are of a monotonic clock. */
  note(outcome: SendOutcome, nowMs: number): Conflict | undefined {
    if (outcome.kind === 'superseded') {
      return {
        kind: 'superseded',
        sentence: `Another agent with this server id has started later, as boot ${outcome.boot}: a cloned machine, two agents, or a state directory restored from a backup. ${CURE}`,
      };
    }
    if (outcome.kind !== 'outdated') return undefined;
    const windowMs = WINDOW_INTERVALS * this.policy.intervalMs;
    this.outdatedAtMs = [...this.outdatedAtMs.filter((atMs) => nowMs - atMs < windowMs), nowMs];
    if (this.outdatedAtMs.length < OUTDATED_MAX) return undefined;
    return {
      kind: 'outdated',
      sentence: `Another agent reports with this server id and this boot number: a copy of this running machine. ${CURE}`,
    };
  }
}

import type { SessionList } from '@rollcall/domain';
import { isSameOpening, type Openings } from '../roster/openings';
import type { Standing } from '../roster/roster';

/** Which opening of each session the store may know of: from the last applied report, or from those sent since. */
export class ToldSessions {
  /** Whether this life has told the store all that it knows: until then it may also know what no life remembers. */
  private isSettled = false;

  /**
   * @param known what an earlier life has told.
   * @param keep leaves it for the next life; called when a report that told of the sessions was applied.
   */
  constructor(
    private known: Openings = new Map(),
    private readonly keep: (told: Openings) => void = () => undefined,
  ) {}

  /** The list as the next report has to say it: with the sessions that the store may know by an earlier opening. */
  listOf({ sessions, openings }: Standing): SessionList {
    if (sessions.kind !== 'listed') return sessions;
    const reopened = sessions.ids.filter((id) =>
      this.known.has(id) ? !isSameOpening(this.known, openings, id) : !this.isSettled,
    );
    return reopened.length > 0 ? { ...sessions, reopened } : sessions;
  }

  /** After every report. One without an answer may have arrived: it makes sessions known, and takes nothing back. */
  wasSent({ sessions, openings }: Standing, applied: boolean): void {
    if (sessions.kind === 'unknown') return;
    const told: Openings = sessions.kind === 'listed' ? openings : new Map();
    if (applied) {
      this.known = told;
      this.isSettled = true;
      this.keep(told);
    } else if (this.isSettled) this.known = new Map([...told, ...this.known]);
  }
}

import type { SessionList } from '@rollcall/domain';
import { isSameOpening, type Openings } from '../roster/openings';
import type { Standing } from '../roster/roster';

/** Which opening of each session the store may know of: from the last applied report, or from those sent since. */
export class ToldSessions {
  private known: Openings = new Map();

  /** The list as the next report has to say it: with the sessions that the store may know by an earlier opening. */
  listOf({ sessions, openings }: Standing): SessionList {
    if (sessions.kind !== 'listed') return sessions;
    const reopened = sessions.ids.filter(
      (id) => this.known.has(id) && !isSameOpening(this.known, openings, id),
    );
    return reopened.length > 0 ? { ...sessions, reopened } : sessions;
  }

  /** After every report. One without an answer may have arrived: it makes sessions known, and takes nothing back. */
  wasSent({ sessions, openings }: Standing, applied: boolean): void {
    if (sessions.kind === 'unknown') return;
    const told: Openings = sessions.kind === 'listed' ? openings : new Map();
    this.known = applied ? told : new Map([...told, ...this.known]);
  }
}

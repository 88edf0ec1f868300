import type { Logger } from '@nestjs/common';
import type { LocalId, StoreFailure } from '@rollcall/domain';
import { isSameOpening } from '../roster/openings';
import type { Standing } from '../roster/roster';
import type { SendOutcome } from './reporter';

type Phase = 'unheard' | 'on-roll' | 'away' | 'refused';

/** One line for every transition between the host and the roll, and none for a heartbeat. */
export class RollLog {
  private phase: Phase = 'unheard';
  private awaySinceMs = 0;
  private applied?: Standing;

  constructor(private readonly logger: Logger) {}

  /** After every report. */
  sent(standing: Standing, outcome: SendOutcome): void {
    switch (outcome.kind) {
      case 'applied':
        this.appliedNow(standing);
        break;
      case 'unavailable':
        this.away(outcome.failure);
        break;
      case 'refused':
        this.refused(outcome.error);
        break;
      case 'outdated':
        this.logger.warn('a later report of this boot was applied before: counting on from there');
        break;
      case 'superseded':
        break;
    }
  }

  /** When the store is found to be away. */
  away(failure: StoreFailure): void {
    if (this.phase === 'away') return;
    this.phase = 'away';
    this.awaySinceMs = performance.now();
    this.logger.warn('the session store takes no reports; pinging until it answers', { failure });
  }

  private appliedNow(standing: Standing): void {
    if (this.applied === undefined) this.logger.log('on the roll', summary(standing));
    else this.changed(this.applied, standing);
    if (this.phase === 'away') {
      const awayMs = Math.round(performance.now() - this.awaySinceMs);
      this.logger.log('the session store takes reports again', { awayMs });
    } else if (this.phase === 'refused') {
      this.logger.log('the session store accepts the reports again');
    }
    this.phase = 'on-roll';
    this.applied = standing;
  }

  private refused(error: unknown): void {
    if (this.phase !== 'refused') {
      this.logger.error('the session store refuses the report', error);
    }
    this.phase = 'refused';
  }

  private changed(before: Standing, now: Standing): void {
    const had = new Set(idsOf(before));
    const has = new Set(idsOf(now));
    const isKept = (id: LocalId) =>
      had.has(id) && has.has(id) && isSameOpening(before.openings, now.openings, id);
    const opened = [...has].filter((id) => !isKept(id));
    const closed = [...had].filter((id) => !isKept(id));
    if (now.sessions.kind === 'withheld' && before.sessions.kind !== 'withheld') {
      this.logger.warn('dcv failed for longer than the grace: the sessions are withheld', {
        withheld: closed.length,
      });
    } else if (opened.length + closed.length > 0) {
      const counts = { opened: opened.length, closed: closed.length };
      this.logger.log('sessions changed', { ...counts, ...summary(now) });
    }
    if (opened.length + closed.length > 0) this.logger.debug('sessions', { opened, closed });
  }
}

function summary(standing: Standing): Record<string, unknown> {
  const { healthy, sessions } = standing;
  return { healthy, sessions: sessions.kind === 'listed' ? sessions.ids.length : sessions.kind };
}

function idsOf({ sessions }: Standing): readonly LocalId[] {
  return sessions.kind === 'listed' ? sessions.ids : [];
}

import type { EvictionOutcome, LapsedServer, Sweep } from '@rollcall/domain';
import { counted } from '../output/counted';

const LEFT_ALONE: Record<Exclude<EvictionOutcome['kind'], 'evicted'>, string> = {
  renewed: 'spared: it has just reported',
  unsettled: 'spared: the roll is no longer settled',
  vouched: 'spared: its DCV port has just answered a reconciler',
  protected: 'spared: its zone is protected',
  gone: 'already struck off by another sweep',
};

/** One line per eviction that was tried. */
export function evictionLine({ server }: LapsedServer, outcome: EvictionOutcome): string {
  return outcome.kind === 'evicted'
    ? `${server}: struck off, with ${counted(outcome.sessions, 'session')}`
    : `${server}: ${LEFT_ALONE[outcome.kind]}`;
}

/** What the sweep comes to. */
export function sweepText({ lapsed, evicted, sessions, spared, judged }: Sweep): string {
  if (lapsed === 0) return 'No lease is over: nothing to do.';
  const found = `${counted(lapsed, 'lease')} ${lapsed === 1 ? 'is' : 'are'} over`;
  if (!judged) {
    return `${found}, and nobody was struck off: the roll is not settled, or has only just settled, so silence proves nothing yet. Try again shortly.`;
  }
  return `${found}: ${counted(evicted, 'server')} struck off with ${counted(sessions, 'session')}${spared > 0 ? `, ${spared} spared` : ''}.`;
}

import type { EvictionOutcome } from '@rollcall/domain';
import { counted } from '../output/counted';

/** What became of one server, for a person. */
export function evictText(server: string, outcome: EvictionOutcome): string {
  switch (outcome.kind) {
    case 'evicted':
      return (
        `${server} is struck off, with ${counted(outcome.sessions, 'session')}. ` +
        'If its agent lives, its next report brings it back.'
      );
    case 'gone':
      return `${server} is not on the roll.`;
    case 'renewed':
      return `${server} was left alone: it kept reporting in between. Try again.`;
    case 'unsettled':
      return `${server} was left alone: the roll is not settled.`;
    case 'vouched':
      return `${server} was left alone: its DCV port has just answered a reconciler.`;
    case 'protected':
      return `${server} was left alone: its zone is protected.`;
  }
}

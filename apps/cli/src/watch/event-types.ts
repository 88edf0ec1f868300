import type { DomainEventType } from '@rollcall/contracts';

/** Every event type with the sentence that the help has for it. */
export const EVENT_TYPES: Readonly<Record<DomainEventType, string>> = {
  'server.joined': 'a server reported that was not on the roll',
  'server.held': 'a silent server is believed on: on a probe, or by protection',
  'server.recovered': 'a held server has reported again',
  'server.lost': 'a server was struck off, or has withdrawn',
  'server.conflict': 'two agents report as one server: one of them has stopped',
  'session.opened': 'a server reported a session for the first time',
  'session.closed': 'a server no longer has a session',
  'session.evicted': 'a session went with its evicted server',
  'session.moved': 'a bare id is answered by another server than before',
  'session.ambiguous': 'a second server claims a bare id: nobody answers for it',
  'protection.started': 'so many of a zone are late at once that nobody is struck off',
  'protection.ended': 'a zone is judged by the ordinary rules again',
};

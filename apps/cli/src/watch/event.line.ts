import { qualifiedId, type LocalId, type ServerId } from '@rollcall/domain';
import { counted } from '../output/counted';
import { formatMoment } from '../output/moment';
import { NOTHING } from '../output/table';
import { visible } from '../output/visible-text';
import type { RollEvent } from '../roll/roll';

const TYPE_WIDTH = 'protection.started'.length;
const SUBJECT_WIDTH = 24;

/** One event for a person: when, what, whom, and why; fields of newer services are shown as they are. */
export function eventLine({ id, type, fields }: RollEvent): string {
  const { at, ...told } = fields;
  const { subject, rest } = takeSubject(told);
  const columns = [
    moment(at ?? id),
    visible(type).padEnd(TYPE_WIDTH),
    visible(subject).padEnd(SUBJECT_WIDTH),
    Object.entries(rest).map(note).join(', '),
  ];
  return columns.join('  ').trimEnd();
}

function moment(text: string): string {
  const ms = Number.parseInt(text, 10);
  return Number.isNaN(ms) ? NOTHING : formatMoment(ms);
}

/** Whom an event is about: a session, a server or a zone; and what it says besides. */
function takeSubject(fields: RollEvent['fields']): {
  subject: string;
  rest: RollEvent['fields'];
} {
  const { server, session, ...rest } = fields;
  if (server !== undefined) {
    const id = qualifiedId(server as ServerId, session as LocalId);
    return { subject: session === undefined ? server : id, rest };
  }
  const { zone, ...notes } = rest;
  return zone === undefined
    ? { subject: NOTHING, rest }
    : { subject: zone === '' ? 'no zone' : `zone ${zone}`, rest: notes };
}

function note([name, value]: [string, string]): string {
  switch (name) {
    case 'reason':
      return visible(value);
    case 'by':
      return visible(`by boot ${value}`);
    case 'sessions':
      return counted(Number(value), 'session');
    case 'late':
      return visible(`${value} late`);
    case 'servers':
      return `of ${counted(Number(value), 'server')}`;
    default:
      return visible(`${name} ${value}`);
  }
}

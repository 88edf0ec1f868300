import { qualifiedId, type LocalId, type ServerId } from '@rollcall/domain';
import { counted } from '../output/counted';
import { NOTHING } from '../output/table';
import { visible } from '../output/visible-text';
import type { RollEvent } from '../roll/roll';

const TYPE_WIDTH = 'session.ambiguous'.length;
const SUBJECT_WIDTH = 24;

/** One event for a person: when, what, whom, and why; fields of newer services are shown as they are. */
export function eventLine({ id, type, fields }: RollEvent): string {
  const { at, server, session, ...rest } = fields;
  const columns = [
    moment(at ?? id),
    visible(type).padEnd(TYPE_WIDTH),
    visible(subject(server, session)).padEnd(SUBJECT_WIDTH),
    Object.entries(rest).map(note).join(', '),
  ];
  return columns.join('  ').trimEnd();
}

/** Whole seconds in UTC, as the logs have them. */
function moment(text: string): string {
  const ms = Number.parseInt(text, 10);
  return Number.isNaN(ms) ? NOTHING : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function subject(server?: string, session?: string): string {
  if (server === undefined) return NOTHING;
  return session === undefined ? server : qualifiedId(server as ServerId, session as LocalId);
}

function note([name, value]: [string, string]): string {
  if (name === 'reason') return visible(value);
  if (name === 'sessions') return counted(Number(value), 'session');
  return visible(`${name} ${value}`);
}

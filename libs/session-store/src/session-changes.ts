import { hasBareForm, type LocalId, type ServerId } from '@rollcall/domain';
import type { RollKeys } from './keys';

/** What becomes of one session, as the scripts take it (scripts/include/changes.lua). */
export interface SessionChange {
  readonly local: LocalId;
  /** `+` opened, `=` kept, `!` closed and opened anew, `-` gone; `b` with a bare form, `q` without; the local id. */
  readonly text: string;
}

/** The changes that lead from one list to another, the gone ones first; `reopened` are no longer those of the first list. */
export function sessionChanges(
  before: readonly LocalId[],
  after: readonly LocalId[],
  reopened: readonly LocalId[] = [],
): SessionChange[] {
  const had = new Set(before);
  const has = new Set(after);
  const anew = new Set(reopened);
  const kindOf = (local: LocalId) => (!had.has(local) ? '+' : anew.has(local) ? '!' : '=');
  return [
    ...before.filter((local) => !has.has(local)).map((local) => change('-', local)),
    ...after.map((local) => change(kindOf(local), local)),
  ];
}

/**
 * The keys of the changes, in the order the scripts read them: tokens, and four for a bare id. A kept session's tokens
 * are among them, as it counts as opened when the store has forgotten its server.
 */
export function sessionKeys(
  keys: RollKeys,
  server: ServerId,
  changes: readonly SessionChange[],
): string[] {
  return changes.flatMap(({ local: session }) => [
    keys.tokens({ server, session }),
    ...bareKeys(keys, [session]),
  ]);
}

/** The keys of the tokens that end with the changes: of all sessions but the kept ones. */
export function endingTokenKeys(
  keys: RollKeys,
  server: ServerId,
  changes: readonly SessionChange[],
): string[] {
  return changes
    .filter(({ text }) => !text.startsWith('='))
    .map(({ local: session }) => keys.tokens({ server, session }));
}

/** The sessions that have a bare id. */
export function bareSessions(sessions: readonly LocalId[]): LocalId[] {
  return sessions.filter(hasBareForm);
}

/** The keys of the sessions' bare ids, four for each that has one. */
export function bareKeys(keys: RollKeys, sessions: readonly LocalId[]): string[] {
  return bareSessions(sessions).flatMap((local) => [
    keys.bare(local),
    keys.known(local),
    keys.claims(local),
    keys.contest(local),
  ]);
}

function change(kind: '+' | '=' | '!' | '-', local: LocalId): SessionChange {
  return { local, text: `${kind}${hasBareForm(local) ? 'b' : 'q'}${local}` };
}

import { hasBareForm, type LocalId } from '@rollcall/domain';
import type { RollKeys } from './keys';

/** What becomes of one session, as the scripts take it (scripts/include/changes.lua). */
export interface SessionChange {
  readonly local: LocalId;
  /** `+` opened, `=` kept, `-` gone; `b` with a bare form, `q` without; the local id. */
  readonly text: string;
}

/** The changes that lead from one list to another, the gone ones first. */
export function sessionChanges(
  before: readonly LocalId[],
  after: readonly LocalId[],
): SessionChange[] {
  const had = new Set(before);
  const has = new Set(after);
  return [
    ...before.filter((local) => !has.has(local)).map((local) => change('-', local)),
    ...after.map((local) => change(had.has(local) ? '=' : '+', local)),
  ];
}

/** The keys of the changes' bare ids, four each, in the order the scripts read them. */
export function sessionKeys(keys: RollKeys, changes: readonly SessionChange[]): string[] {
  return bareKeys(
    keys,
    changes.map(({ local }) => local),
  );
}

/** The keys of the sessions' bare ids, four for each that has one. */
export function bareKeys(keys: RollKeys, sessions: readonly LocalId[]): string[] {
  return sessions
    .filter(hasBareForm)
    .flatMap((local) => [
      keys.bare(local),
      keys.known(local),
      keys.claims(local),
      keys.contest(local),
    ]);
}

function change(kind: '+' | '=' | '-', local: LocalId): SessionChange {
  return { local, text: `${kind}${hasBareForm(local) ? 'b' : 'q'}${local}` };
}

import type { LocalId } from '@rollcall/domain';
import { isSameMoment } from '../dcv/creation-time';

/** One opening of a session: as long as its number stays the same, it is the same session. */
export interface Opening {
  /** The good reading that showed it first. */
  readonly number: number;
  /** When it was created; undefined until `dcv` has said so. */
  readonly createdAtMs?: number;
}

/** Which opening of each session there is. */
export type Openings = ReadonlyMap<LocalId, Opening>;

/** The openings after one more good reading: a session that was away, or was created at another moment, is a new one. */
export function openingsAfter(
  before: Openings,
  ids: readonly LocalId[],
  createdAtMs: ReadonlyMap<LocalId, number>,
  number: number,
): Openings {
  return new Map(ids.map((id) => [id, after(before.get(id), number, createdAtMs.get(id))]));
}

/** Whether both know the session by the same opening. */
export function isSameOpening(one: Openings, other: Openings, id: LocalId): boolean {
  return one.get(id)?.number === other.get(id)?.number;
}

function after(before: Opening | undefined, number: number, createdAtMs?: number): Opening {
  if (before === undefined) return { number, createdAtMs };
  if (before.createdAtMs === undefined) return { ...before, createdAtMs };
  const isSame = createdAtMs === undefined || isSameMoment(before.createdAtMs, createdAtMs);
  return isSame ? before : { number, createdAtMs };
}

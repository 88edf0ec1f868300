import { isLocalId, type LocalId } from '@rollcall/domain';
import { parseCreationTime } from './creation-time';

/** What `dcv list-sessions -j` printed, or why it is no list of sessions. */
export type ParsedSessionList =
  | {
      readonly ok: true;
      /** In the order of the output, each once. */
      readonly ids: readonly LocalId[];
      /** When they were created, of those of which it says so. */
      readonly createdAtMs: ReadonlyMap<LocalId, number>;
      /** Ids that no report can carry. */
      readonly unusable: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

const REPLACEMENT_CHARACTER = '\ufffd';

/** Reads the output; only an array of objects with an `id` each is a list, and only `[]` is "no sessions". */
export function parseSessionList(output: Buffer): ParsedSessionList {
  let sessions: unknown;
  try {
    sessions = JSON.parse(new TextDecoder().decode(output));
  } catch {
    return { ok: false, problem: 'its output is no JSON' };
  }
  if (!Array.isArray(sessions)) return { ok: false, problem: 'its output is no JSON array' };

  const ids = new Set<LocalId>();
  const createdAtMs = new Map<LocalId, number>();
  const unusable = new Set<string>();
  for (const session of sessions) {
    const id = idOf(session);
    if (id === undefined)
      return { ok: false, problem: 'its output lists something that has no id' };
    if (isLocalId(id) && !id.includes(REPLACEMENT_CHARACTER)) {
      const atMs = parseCreationTime(Reflect.get(Object(session), 'creation-time'));
      if (atMs !== undefined && !ids.has(id)) createdAtMs.set(id, atMs);
      ids.add(id);
    } else unusable.add(id);
  }
  return { ok: true, ids: [...ids], createdAtMs, unusable: [...unusable] };
}

function idOf(session: unknown): string | undefined {
  if (typeof session !== 'object' || session === null || !('id' in session)) return undefined;
  return typeof session.id === 'string' ? session.id : undefined;
}

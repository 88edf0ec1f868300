import {
  isLocalId,
  isServerId,
  parsePublicId,
  type LocalId,
  type PublicId,
  type ServerId,
} from '@rollcall/domain';

/** The text as a server id; throws when it cannot be one. */
export function serverId(text: string): ServerId {
  if (!isServerId(text)) throw new Error(`not a server id: ${text}`);
  return text;
}

/** The text as a local id; throws when it cannot be one. */
export function localId(text: string): LocalId {
  if (!isLocalId(text)) throw new Error(`not a local id: ${text}`);
  return text;
}

/** The text as a public id, taken apart; throws when it cannot be one. */
export function publicId(text: string): PublicId {
  const parsed = parsePublicId(text);
  if (!parsed.ok) throw new Error(`not a public id (${parsed.problem}): ${text}`);
  return parsed.id;
}

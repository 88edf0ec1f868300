/** The name a host is known by for its whole life: `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`. */
export type ServerId = string & { readonly __brand: 'ServerId' };

/** What the host itself calls a session (`console`, on every host): 1–256 bytes of UTF-8 without control characters. */
export type LocalId = string & { readonly __brand: 'LocalId' };

/** Longest local id, in bytes of UTF-8. */
export const LOCAL_ID_BYTES_MAX = 256;

/** Stands between server id and local id in a qualified public id. */
export const QUALIFIER = '~';

const SERVER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const SERVER_ID_LENGTH_MAX = 63;
const PUBLIC_ID_BYTES_MAX = SERVER_ID_LENGTH_MAX + QUALIFIER.length + LOCAL_ID_BYTES_MAX;
const CONTROL_OR_SURROGATE = /[\p{Cc}\p{Cs}]/u;

/** What a client asks for, taken apart. */
export type PublicId =
  /** `<server>~<local>`: names one session of one server. */
  | { readonly kind: 'qualified'; readonly server: ServerId; readonly local: LocalId }
  /** The local id alone: good while exactly one believed server has it. */
  | { readonly kind: 'bare'; readonly local: LocalId };

/** Why a text is no public id; `unservable` is well formed, but no server could ever report it. */
export type PublicIdProblem = 'empty' | 'too-long' | 'control-character' | 'unservable';

/** Outcome of reading a public id. */
export type ParsedPublicId =
  | { readonly ok: true; readonly id: PublicId }
  | { readonly ok: false; readonly problem: PublicIdProblem };

/** Whether the text can name a server. */
export function isServerId(text: string): text is ServerId {
  return SERVER_ID.test(text);
}

/** Whether the text can be a local id. */
export function isLocalId(text: string): text is LocalId {
  return text.length > 0 && !CONTROL_OR_SURROGATE.test(text) && !isTooLong(text);
}

/** Whether the local id may be asked for without its server: one that contains `~` may not, as it would be split there. */
export function hasBareForm(local: LocalId): boolean {
  return !local.includes(QUALIFIER);
}

/** The qualified public id of a session. */
export function qualifiedId(server: ServerId, local: LocalId): string {
  return `${server}${QUALIFIER}${local}`;
}

/** Reads a public id; it is split at the first `~`. */
export function parsePublicId(text: string): ParsedPublicId {
  if (text.length === 0) return refuse('empty');
  if (text.length > PUBLIC_ID_BYTES_MAX) return refuse('too-long');
  if (CONTROL_OR_SURROGATE.test(text)) return refuse('control-character');

  const split = text.indexOf(QUALIFIER);
  const local = split < 0 ? text : text.slice(split + 1);
  if (isTooLong(local)) return refuse('too-long');
  if (split < 0) return { ok: true, id: { kind: 'bare', local: local as LocalId } };

  const server = text.slice(0, split);
  if (server.length > SERVER_ID_LENGTH_MAX) return refuse('too-long');
  if (!isServerId(server) || local.length === 0) return refuse('unservable');
  return { ok: true, id: { kind: 'qualified', server, local: local as LocalId } };
}

function refuse(problem: PublicIdProblem): ParsedPublicId {
  return { ok: false, problem };
}

/** Counts only where it matters: a code unit has three bytes at most. */
function isTooLong(local: string): boolean {
  return local.length * 3 > LOCAL_ID_BYTES_MAX && byteLength(local) > LOCAL_ID_BYTES_MAX;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}

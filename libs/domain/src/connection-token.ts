import type { Endpoint } from './endpoint';
import type { LocalId, ServerId } from './ids';
import { parseIpAddress, type IpAddress } from './ip-address';

/** SHA-256 of a connection token in base64url: all that a store ever sees of it. */
export type TokenDigest = string & { readonly __brand: 'TokenDigest' };

/** Longest user name, in characters: room for a domain and a name as Windows has them. */
export const USER_LENGTH_MAX = 256;

/** Most tokens that are good for one session at once; one more voids the one that would end first. */
export const TOKENS_PER_SESSION_MAX = 256;

/** Wrong tokens that one address may have checked in `GUESS_WINDOW_MS` before it is told so. */
export const GUESSES_MAX = 30;

/** The window in which wrong tokens are counted. */
export const GUESS_WINDOW_MS = 60_000;

/** What a token is good for. */
export interface TokenGrant {
  /** Who the session is opened for, as the host knows the user. */
  readonly user: string;
  /** The only address of a client that may use it; anyone's without. */
  readonly clientAddress?: string;
}

/** What became of a token that was to be granted: `no-session` when its session is not on the roll, or not any more. */
export type GrantOutcome = 'granted' | 'no-session';

/** A session, named beyond doubt. */
export interface SessionName {
  readonly server: ServerId;
  readonly session: LocalId;
}

/** A server that has a local id, believed or last known to. */
export interface Claimant {
  readonly server: ServerId;
  readonly endpoint: Endpoint;
}

/**
 * Whether the text can name a user: not empty, not too long, no control characters, nor others that XML cannot hold, nor
 * U+FFFD, which stands for bytes that were no text: two users would get the same name.
 */
export function isUser(text: string): boolean {
  return (
    text.length > 0 && text.length <= USER_LENGTH_MAX && !/[\p{Cc}\p{Cs}\ufffd-\uffff]/u.test(text)
  );
}

/** Says what is wrong with a token that is to be granted, or undefined when nothing is. */
export function grantProblem(
  { user, clientAddress }: TokenGrant,
  ttlMs: number,
): string | undefined {
  if (!isUser(user)) return 'the user name is empty, too long, or has control characters';
  if (clientAddress !== undefined && parseIpAddress(clientAddress) === undefined)
    return 'the client address is not an IP address';
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) return 'the time is not a number of milliseconds';
  return undefined;
}

/** Which server a question comes from; undefined when that is not beyond doubt. */
export type AskingServer = (sourceAddress: string) => ServerId | undefined;

/**
 * Tells which server asks about one of its sessions, when it does not say so itself: the one that reported the address
 * the question comes from; else whoever has the session alone. Looks at the claimants once, however many ask then.
 */
export function askingServerAmong(claimants: readonly Claimant[]): AskingServer {
  const alone = claimants.length === 1 ? claimants[0]?.server : undefined;
  const serverAt = new Map<IpAddress, ServerId | undefined>();
  for (const { server, endpoint } of claimants) {
    const address = parseIpAddress(endpoint.host);
    if (address === undefined) continue;
    serverAt.set(address, serverAt.has(address) ? undefined : server);
  }
  return (sourceAddress) => {
    const source = parseIpAddress(sourceAddress);
    return source !== undefined && serverAt.has(source) ? serverAt.get(source) : alone;
  };
}

/**
 * Whether a token bound to an address may be used from the one that the host names: the same address, in whatever
 * spelling. A port behind it, as `a.b.c.d:port` or `[…]:port`, is passed over.
 */
export function isClientAddress(bound: string, named: string | undefined): boolean {
  if (named === undefined) return false;
  const wanted = parseIpAddress(bound);
  return wanted !== undefined && parseIpAddress(withoutPort(named.trim())) === wanted;
}

function withoutPort(text: string): string {
  return (
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text
  );
}

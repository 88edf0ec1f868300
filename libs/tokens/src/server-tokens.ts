import { isServerId, QUALIFIER, type IdentityDigest, type ServerId } from '@rollcall/domain';
import { hasTokenForm, mintToken, tokenDigest } from './token-digest';

/** A token that a server reports with: `<server>~<256 random bits in base64url>`. It says whose it is. */
export interface ServerToken {
  readonly server: ServerId;
  /** What the store keeps instead of the token. */
  readonly digest: IdentityDigest;
}

/** Longest server token, in characters. */
export const SERVER_TOKEN_LENGTH_MAX = 63 + QUALIFIER.length + 43;

/** A new token for a server; this is the only time that anybody sees it. */
export function mintServerToken(server: ServerId): ServerToken & { readonly token: string } {
  const secret = mintToken();
  return { server, token: `${server}${QUALIFIER}${secret}`, digest: digestOf(secret) };
}

/** Reads a token; undefined when the text could not have come from `mintServerToken`. */
export function readServerToken(text: string): ServerToken | undefined {
  if (text.length > SERVER_TOKEN_LENGTH_MAX) return undefined;
  const split = text.indexOf(QUALIFIER);
  const server = text.slice(0, split);
  const secret = text.slice(split + QUALIFIER.length);
  if (split < 0 || !isServerId(server) || !hasTokenForm(secret)) return undefined;
  return { server, digest: digestOf(secret) };
}

function digestOf(secret: string): IdentityDigest {
  return tokenDigest(secret) as string as IdentityDigest;
}

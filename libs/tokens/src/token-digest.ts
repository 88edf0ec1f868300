import type { TokenDigest } from '@rollcall/domain';
import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
const TOKEN_FORM = /^[A-Za-z0-9_-]{43}$/;

/** A new token: 256 random bits in base64url, and nothing else; whoever has it may use it. */
export function mintToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Whether the text could have come from `mintToken`. */
export function hasTokenForm(text: string): boolean {
  return TOKEN_FORM.test(text);
}

/** What the store keeps instead of the token: enough to know it again, useless to whoever reads the store. */
export function tokenDigest(token: string): TokenDigest {
  return createHash('sha256').update(token).digest('base64url') as TokenDigest;
}

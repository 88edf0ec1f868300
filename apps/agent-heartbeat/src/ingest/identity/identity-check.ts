import { timingSafeEqual } from 'node:crypto';
import type { Identities, IdentityDigest, IdentityRecord, ServerId } from '@rollcall/domain';
import type { ServerToken } from '@rollcall/tokens';
import type { ShownIdentity } from './shown-identity';

/** Why somebody may not report. */
export type IdentityRefusal = 'none' | 'unusable' | 'revoked' | 'unknown-token';

/** Who somebody is, or why that is not believed. */
export type IdentityVerdict =
  | { readonly kind: 'known'; readonly server: ServerId }
  | {
      readonly kind: 'refused';
      readonly reason: IdentityRefusal;
      /** Whom it was said to be. */
      readonly claimed?: ServerId;
      readonly cause?: string;
    };

/** As long as every digest, and none of a token. */
const NO_DIGEST = '-'.repeat(43) as IdentityDigest;

/** Judges an identity by what is on record. */
export function judgeIdentity(shown: ShownIdentity, identities: Identities): IdentityVerdict {
  switch (shown.kind) {
    case 'none':
      return { kind: 'refused', reason: 'none' };
    case 'unusable':
      return { kind: 'refused', reason: 'unusable', cause: shown.cause };
    case 'certificate':
      return identities.get(shown.server)?.revoked
        ? { kind: 'refused', reason: 'revoked', claimed: shown.server }
        : { kind: 'known', server: shown.server };
    case 'token':
      return judgeToken(shown.token, identities.get(shown.token.server));
  }
}

function judgeToken(
  { server, digest }: ServerToken,
  record: IdentityRecord | undefined,
): IdentityVerdict {
  const isGood = isAmong(digest, record);
  if (isGood) return { kind: 'known', server };
  const reason = record?.revoked ? 'revoked' : 'unknown-token';
  return { kind: 'refused', reason, claimed: server };
}

/** In a time that tells neither how much of a digest is right nor whether there is a record at all. */
function isAmong(digest: IdentityDigest, record: IdentityRecord | undefined): boolean {
  const [first = NO_DIGEST, second = NO_DIGEST] = record?.tokens.map((token) => token.digest) ?? [];
  const isFirst = isSame(digest, first);
  const isSecond = isSame(digest, second);
  return isFirst || isSecond;
}

function isSame(one: IdentityDigest, other: IdentityDigest): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

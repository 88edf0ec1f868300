import {
  isServerId,
  type IdentityDigest,
  type IdentityRecord,
  type IdentitySnapshot,
  type ServerId,
} from '@rollcall/domain';

/** The field that holds the name of the state, where a server's id would be; no server can be called so. */
export const VERSION_FIELD = '#';

const RECORD = /^(\d{1,15})\t([01])((?:\t[A-Za-z0-9_-]{43}:\d{1,15})*)$/;

/** The value of a server's field (scripts/include/identities.lua). */
export function encodeIdentity({ changedAtMs, revoked, tokens }: IdentityRecord): string {
  const words = tokens.map(({ digest, issuedAtMs }) => `${digest}:${issuedAtMs}`);
  return [changedAtMs, revoked ? 1 : 0, ...words].join('\t');
}

/** The whole hash; what is no record of ours is passed over. */
export function decodeIdentities(fields: Readonly<Record<string, string>>): IdentitySnapshot {
  const records = Object.entries(fields).flatMap(([field, value]) => {
    const record = isServerId(field) ? decodeIdentity(field, value) : undefined;
    return record ? [[record.server, record] as const] : [];
  });
  return { version: fields[VERSION_FIELD] ?? '', identities: new Map(records) };
}

function decodeIdentity(server: ServerId, value: string): IdentityRecord | undefined {
  const match = RECORD.exec(value);
  if (!match) return undefined;
  const [, changed, revoked, words = ''] = match;
  const tokens = words
    .split('\t')
    .slice(1)
    .map((word) => {
      const [digest = '', issued] = word.split(':');
      return { digest: digest as IdentityDigest, issuedAtMs: Number(issued) };
    });
  return { server, changedAtMs: Number(changed), revoked: revoked === '1', tokens };
}

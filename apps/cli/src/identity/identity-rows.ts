import type { Identities, IdentityRecord } from '@rollcall/domain';
import { compareNaturally } from '../output/natural-order';

/** A server, as `rollcall identity list` shows it. */
export interface IdentityRow {
  readonly server: string;
  /**
   * `token`: one, or two, are good, and a certificate, too; `token-alone`: the same without a certificate; `revoked`:
   * nobody may report as it; `certificate`: only with one.
   */
  readonly state: 'token' | 'token-alone' | 'revoked' | 'certificate';
  /** When each of its good tokens was issued, the newest first. */
  readonly issuedAtMs: readonly number[];
  readonly changedAtMs: number;
}

export function identityRows(identities: Identities): IdentityRow[] {
  return [...identities.values()]
    .map((record) => ({
      server: record.server,
      state: stateOf(record),
      issuedAtMs: record.tokens.map(({ issuedAtMs }) => issuedAtMs),
      changedAtMs: record.changedAtMs,
    }))
    .sort((one, other) => compareNaturally(one.server, other.server));
}

function stateOf({ revoked, tokens }: IdentityRecord): IdentityRow['state'] {
  if (tokens.length > 0) return revoked ? 'token-alone' : 'token';
  return revoked ? 'revoked' : 'certificate';
}

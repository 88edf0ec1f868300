import type { ServerId } from './ids';
import {
  reconcileIdentities,
  EMPTY_KEPT_MS,
  type Identities,
  type IdentityDigest,
  type IdentityRecord,
} from './server-identity';

const NOW_MS = 1_000_000;

function record(server: string, changedAtMs: number, ...digests: string[]): IdentityRecord {
  return {
    server: server as ServerId,
    changedAtMs,
    revoked: digests.length === 0,
    tokens: digests.map((digest) => ({
      digest: digest as IdentityDigest,
      issuedAtMs: changedAtMs,
    })),
  };
}

function identities(...records: IdentityRecord[]): Identities {
  return new Map(records.map((each) => [each.server, each]));
}

function reconciled(known: Identities, stored: Identities, nowMs = NOW_MS) {
  const { identities: after, lost } = reconcileIdentities(known, stored, nowMs);
  return { after: [...after.values()], lost };
}

describe('what is known of identities and what the store holds', () => {
  const [old, fresh] = [record('gpu-1', 1, 'a'), record('gpu-1', 2, 'b')];

  it('is the store’s where nothing was lost', () => {
    expect(reconciled(identities(), identities(fresh))).toEqual({ after: [fresh], lost: [] });
    expect(reconciled(identities(fresh), identities(fresh))).toEqual({ after: [fresh], lost: [] });
    expect(reconciled(identities(old), identities(fresh))).toEqual({ after: [fresh], lost: [] });
  });

  it('is what was known after the store has lost everything', () => {
    const known = identities(fresh, record('gpu-2', 2, 'c'));
    expect(reconciled(known, identities())).toEqual({
      after: [...known.values()],
      lost: [...known.values()],
    });
  });

  it('is what was known after the store has lost the last writes, a revocation as well', () => {
    const revoked = record('gpu-1', 3);
    expect(reconciled(identities(revoked), identities(fresh))).toEqual({
      after: [revoked],
      lost: [revoked],
    });
  });

  it('keeps what was issued in a store that had just been emptied', () => {
    const [other, anew] = [record('gpu-2', 2, 'c'), record('gpu-1', 9, 'd')];
    expect(reconciled(identities(old, other), identities(anew))).toEqual({
      after: [anew, other],
      lost: [other],
    });
  });

  it('brings back nothing that the store has forgotten on purpose', () => {
    const empty = { ...record('gpu-1', 3), revoked: false };
    const known = identities(empty);
    expect(reconciled(known, identities(), 3 + EMPTY_KEPT_MS)).toEqual({ after: [], lost: [] });
    expect(reconciled(known, identities(), 2 + EMPTY_KEPT_MS).lost).toEqual([empty]);
  });

  it('brings back a revocation however old it is', () => {
    const revoked = { ...record('gpu-1', 3), revoked: true };
    expect(reconciled(identities(revoked), identities(), 9 * EMPTY_KEPT_MS).lost).toEqual([
      revoked,
    ]);
  });
});

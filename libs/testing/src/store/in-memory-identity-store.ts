import {
  StoreUnavailableError,
  TOKENS_PER_SERVER_MAX,
  type Identities,
  type IdentityDigest,
  type IdentityRecord,
  type IdentitySnapshot,
  type IdentityStore,
  type IdentityToken,
  type Revocation,
  type ServerId,
} from '@rollcall/domain';
import { FakeClock } from '../clock/fake-clock';
import type { StoreClock } from '../clock/store-clock';

/** Identities without Redis: every method is as in the port; it can be made to fail, and to lose its memory. */
export class InMemoryIdentityStore implements IdentityStore {
  private records = new Map<ServerId, IdentityRecord>();
  private states = 0;
  private version = '';
  private away = false;

  constructor(private readonly clock: StoreClock = new FakeClock()) {}

  /** From now on every call fails, until `comeBack`. */
  goDown(): void {
    this.away = true;
  }

  comeBack(): void {
    this.away = false;
  }

  /** Loses everything, or takes up a state that it had before, as a failover does. */
  clear(to: Identities = new Map()): void {
    this.records = new Map(to);
    this.version = to.size === 0 ? '' : `state ${++this.states}`;
  }

  async read(known?: string): Promise<IdentitySnapshot | undefined> {
    this.demandPresence();
    if (known === this.version && known !== '') return undefined;
    return { version: this.version, identities: new Map(this.records) };
  }

  async issue(server: ServerId, digest: IdentityDigest): Promise<Revocation> {
    this.demandPresence();
    const tokens = [{ digest, issuedAtMs: this.clock.now() }, ...this.tokensOf(server)];
    const revoked = this.records.get(server)?.revoked ?? false;
    this.change(server, { revoked, tokens: tokens.slice(0, TOKENS_PER_SERVER_MAX) });
    return { voided: Math.max(0, tokens.length - TOKENS_PER_SERVER_MAX) };
  }

  async revoke(server: ServerId, what: 'everything' | 'older-token'): Promise<Revocation> {
    this.demandPresence();
    const before = this.tokensOf(server);
    const tokens = what === 'everything' ? [] : before.slice(0, 1);
    const revoked = what === 'everything' || (this.records.get(server)?.revoked ?? false);
    this.change(server, { revoked, tokens });
    return { voided: before.length - tokens.length };
  }

  async admit(server: ServerId): Promise<boolean> {
    this.demandPresence();
    if (!this.records.get(server)?.revoked) return false;
    this.change(server, { revoked: false, tokens: this.tokensOf(server) });
    return true;
  }

  async restore(records: readonly IdentityRecord[]): Promise<void> {
    this.demandPresence();
    for (const record of records) {
      const stored = this.records.get(record.server);
      if (stored && stored.changedAtMs >= record.changedAtMs) continue;
      this.records.set(record.server, record);
      this.version = `state ${++this.states}`;
    }
  }

  private change(server: ServerId, state: Pick<IdentityRecord, 'revoked' | 'tokens'>): void {
    const before = this.records.get(server)?.changedAtMs ?? 0;
    const changedAtMs = Math.max(this.clock.now(), before + 1);
    this.records.set(server, { server, changedAtMs, ...state });
    this.version = `state ${++this.states}`;
  }

  private tokensOf(server: ServerId): readonly IdentityToken[] {
    return this.records.get(server)?.tokens ?? [];
  }

  private demandPresence(): void {
    if (this.away) throw new StoreUnavailableError('unreachable');
  }
}

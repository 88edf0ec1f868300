import { randomUUID } from 'node:crypto';
import {
  EMPTY_KEPT_MS,
  TOKENS_PER_SERVER_MAX,
  type IdentityDigest,
  type IdentityRecord,
  type IdentitySnapshot,
  type IdentityStore,
  type Revocation,
  type ServerId,
} from '@rollcall/domain';
import { decodeIdentities, encodeIdentity, VERSION_FIELD } from './identity.codec';
import type { ScriptName } from './lua/script-commands';
import type { StoreContext } from './store-context';

/** Records written back by one call: some milliseconds' work for Redis. */
const RESTORED_AT_ONCE_MAX = 1_000;

/** Longer than processes keep one, whose clocks may differ: what is forgotten here none of them brings back. */
const KEPT_MS = EMPTY_KEPT_MS + 86_400_000;

/** Who may report as which server; see the port. */
export class IdentityOperations implements IdentityStore {
  constructor(private readonly context: StoreContext) {}

  async read(known?: string): Promise<IdentitySnapshot | undefined> {
    const { redis, keys, runner } = this.context;
    if (known !== undefined && known !== '') {
      const version = await runner.run('hget', () => redis.hget(keys.identities, VERSION_FIELD));
      if (version === known) return undefined;
    }
    return decodeIdentities(await runner.run('hgetall', () => redis.hgetall(keys.identities)));
  }

  async issue(server: ServerId, digest: IdentityDigest): Promise<Revocation> {
    const args = [server, digest, TOKENS_PER_SERVER_MAX, randomUUID(), KEPT_MS];
    return { voided: await this.run('issueIdentity', args) };
  }

  async revoke(server: ServerId, what: 'everything' | 'older-token'): Promise<Revocation> {
    return { voided: await this.run('revokeIdentity', [server, what, randomUUID()]) };
  }

  async admit(server: ServerId): Promise<boolean> {
    return (await this.run('admitIdentity', [server, randomUUID()])) === 1;
  }

  async restore(records: readonly IdentityRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += RESTORED_AT_ONCE_MAX) {
      const some = records.slice(start, start + RESTORED_AT_ONCE_MAX);
      const fields = some.flatMap((record) => [record.server, encodeIdentity(record)]);
      await this.run('restoreIdentities', [randomUUID(), ...fields]);
    }
  }

  private async run(name: ScriptName, args: readonly (string | number)[]): Promise<number> {
    const { keys, runner, script } = this.context;
    return Number(await runner.run(name, () => script(name, [keys.identities], args)));
  }
}

import type {
  IdentityDigest,
  IdentityRecord,
  IdentitySnapshot,
  IdentityStore,
} from '@rollcall/domain';
import { serverId } from '../builders/ids';

/** An identity store under test. */
export interface IdentityStoreHarness {
  readonly store: IdentityStore;
  /** Takes everything from the store, the way FLUSHALL does. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const [GPU_1, GPU_2] = [serverId('gpu-1'), serverId('gpu-2')];

/** The conformance suite: what every implementation of the `IdentityStore` port has to do. */
export function describeIdentityStore(
  name: string,
  makeHarness: () => Promise<IdentityStoreHarness>,
): void {
  describe(`${name} as an identity store`, () => {
    let harness: IdentityStoreHarness;
    let store: IdentityStore;

    beforeAll(async () => {
      harness = await makeHarness();
      store = harness.store;
    });
    beforeEach(() => harness.clear());
    afterAll(() => harness.stop());

    async function all(): Promise<IdentitySnapshot> {
      const snapshot = await store.read();
      if (!snapshot) throw new Error('nothing was read');
      return snapshot;
    }

    async function recordOf(server = GPU_1): Promise<IdentityRecord> {
      const record = (await all()).identities.get(server);
      if (!record) throw new Error(`there is no record of ${server}`);
      return record;
    }

    const digestsOf = async (server = GPU_1) =>
      (await recordOf(server)).tokens.map(({ digest }) => digest);

    it('knows nobody at first', async () => {
      expect((await all()).identities).toEqual(new Map());
    });

    it('keeps the two newest tokens of a server, the newest first', async () => {
      expect(await store.issue(GPU_1, digest('a'))).toEqual({ voided: 0 });
      expect(await store.issue(GPU_1, digest('b'))).toEqual({ voided: 0 });
      expect(await digestsOf()).toEqual([digest('b'), digest('a')]);

      expect(await store.issue(GPU_1, digest('c'))).toEqual({ voided: 1 });
      expect(await digestsOf()).toEqual([digest('c'), digest('b')]);
    });

    it('knows each server’s own', async () => {
      await store.issue(GPU_1, digest('a'));
      await store.issue(GPU_2, digest('b'));
      await store.revoke(GPU_1, 'everything');

      expect(await digestsOf(GPU_2)).toEqual([digest('b')]);
      expect(await recordOf(GPU_1)).toMatchObject({ revoked: true, tokens: [] });
    });

    it('voids the older of two tokens alone when that is asked for', async () => {
      await store.issue(GPU_1, digest('a'));
      await store.issue(GPU_1, digest('b'));

      expect(await store.revoke(GPU_1, 'older-token')).toEqual({ voided: 1 });
      expect(await store.revoke(GPU_1, 'older-token')).toEqual({ voided: 0 });

      expect(await recordOf()).toMatchObject({ revoked: false, tokens: [{ digest: digest('b') }] });
    });

    it('refuses a name that never had a token, too, once it is revoked', async () => {
      expect(await store.revoke(GPU_1, 'everything')).toEqual({ voided: 0 });
      expect(await recordOf()).toMatchObject({ revoked: true, tokens: [] });
    });

    it('makes a token good, and no certificate, for a server that was revoked', async () => {
      await store.revoke(GPU_1, 'everything');
      await store.issue(GPU_1, digest('a'));
      expect(await recordOf()).toMatchObject({ revoked: true, tokens: [{ digest: digest('a') }] });
    });

    it('takes a revocation back when that is asked for, and then alone', async () => {
      await store.revoke(GPU_1, 'everything');
      expect(await store.admit(GPU_1)).toBe(true);
      expect(await store.admit(GPU_1)).toBe(false);
      expect(await store.admit(GPU_2)).toBe(false);
      expect(await recordOf()).toMatchObject({ revoked: false, tokens: [] });
    });

    it('is read again only when something has changed', async () => {
      await store.issue(GPU_1, digest('a'));
      const { version } = await all();
      expect(await store.read(version)).toBeUndefined();

      for (const change of [
        () => store.issue(GPU_1, digest('b')),
        () => store.revoke(GPU_1, 'everything'),
        () => store.admit(GPU_1),
      ]) {
        const before = (await all()).version;
        await change();
        expect(await store.read(before)).toMatchObject({ identities: expect.any(Map) });
      }
      const { version: last } = await all();
      await harness.clear();
      expect(await store.read(last)).toEqual({ version: '', identities: new Map() });
    });

    it('numbers the changes of a server so that each is later than the one before', async () => {
      const moments: number[] = [];
      for (const name of ['a', 'b', 'c']) {
        await store.issue(GPU_1, digest(name));
        moments.push((await recordOf()).changedAtMs);
      }
      expect(new Set(moments).size).toBe(3);
      expect(moments).toEqual([...moments].sort((one, other) => one - other));
    });

    it('takes back what it has lost, exactly as it was', async () => {
      await store.issue(GPU_1, digest('a'));
      await store.issue(GPU_1, digest('b'));
      await store.revoke(GPU_2, 'everything');
      const { identities } = await all();
      await harness.clear();

      await store.restore([...identities.values()]);

      expect((await all()).identities).toEqual(identities);
    });

    it('takes back nothing that is older than what it holds', async () => {
      await store.issue(GPU_1, digest('a'));
      const old = await recordOf();
      await store.revoke(GPU_1, 'everything');

      await store.restore([old]);

      expect(await recordOf()).toMatchObject({ revoked: true, tokens: [] });
    });
  });
}

/** As long as a SHA-256 in base64url. */
function digest(name: string): IdentityDigest {
  return name.padEnd(43, '_') as IdentityDigest;
}

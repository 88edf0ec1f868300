import type { Stage } from './stage';

/** What operators and reconcilers read of the roll as a whole, and how long it remembers. */
export function describeRoll(stage: Stage): void {
  describe('the roll', () => {
    stage.settledAndEmpty('is read in pages by lease end, every server once', async (scene) => {
      const hosts = ['e', 'b', 'd', 'a', 'c'].map((name) => scene.host(name));
      for (const host of hosts) {
        await host.lists(scene.id('console'));
        await scene.time.passSilently(5);
      }
      const [early, late, ...others] = hosts;
      await late!.beats();
      const names = [early!, ...others, late!].map(({ server }) => server);
      const { store } = scene;

      for (const limit of [1, 2, 5, 100]) {
        const pages = [await store.servers(0, limit)];
        for (let page = pages[0]; page?.next !== undefined; page = pages.at(-1)) {
          pages.push(await store.servers(page.next, limit));
          expect(pages.length).toBeLessThanOrEqual(names.length + 1);
        }
        expect(pages.flatMap(({ servers }) => servers.map(({ server }) => server))).toEqual(names);
        expect(pages.every(({ servers }) => servers.length <= limit)).toBe(true);
      }

      const before = await scene.now();
      const moments = [(await store.servers(0, 1)).nowMs, await store.time()];
      const after = await scene.now();
      for (const moment of moments) {
        expect(moment).toBeGreaterThanOrEqual(before);
        expect(moment).toBeLessThanOrEqual(after);
      }
    });

    stage.settledAndEmpty(
      'shows the lapsed until they are struck off, and nobody after',
      async (scene) => {
        const names = ['lapsed', 'evicted', 'withdrawn'];
        const [lapsed, evicted, withdrawn] = names.map((name) => scene.host(name));
        for (const host of [lapsed, evicted, withdrawn]) await host!.lists(scene.id(host!.server));
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        expect(await scene.everybody()).toHaveLength(3);

        await scene.store.evictNow(evicted!.server);
        await withdrawn!.withdraws();

        const [record, ...others] = await scene.everybody();
        expect(others).toEqual([]);
        expect(record).toMatchObject({
          server: lapsed!.server,
          sessions: [scene.id(lapsed!.server)],
        });
        expect(record?.leaseEndsAtMs).toBeLessThanOrEqual(await scene.now());
      },
    );

    stage.lost('an empty roll has no servers, no lapses and no sweep on record', async (scene) => {
      expect(await scene.store.servers(0, 10)).toEqual({ nowMs: expect.any(Number), servers: [] });
      expect(await scene.store.findLapsed(10)).toEqual({
        ...{ settled: false, judged: false },
        ...{ lapsed: [], total: 0 },
      });
      expect(await scene.store.sinceLastSweepMs()).toBeUndefined();
      await expect(scene.store.ping()).resolves.toBeUndefined();
    });

    stage.lost('remembers how long ago a sweep finished', async (scene) => {
      await scene.store.sweepFinished();
      await scene.time.passSilently(50);
      const since = await scene.store.sinceLastSweepMs();
      expect(since).toBeGreaterThanOrEqual(50);
      expect(since).toBeLessThanOrEqual(50 + scene.slackMs);

      await scene.store.sweepFinished();
      expect(await scene.store.sinceLastSweepMs()).toBeLessThanOrEqual(scene.slackMs);
      await scene.lose();
      expect(await scene.store.sinceLastSweepMs()).toBeUndefined();
    });

    stage.lost(
      'I7, I8: remembers nothing of anybody when the retention has ended',
      async (scene) => {
        const { policy } = scene;
        const { retentionMs } = policy;
        const names = ['silent', 'evicted', 'one', 'two'];
        const [silent, evicted, one, two] = names.map((name) => scene.host(name));
        const [own, contested] = [scene.id('own'), scene.id('contested')];
        await scene.time.settle();
        await silent!.lists(own);
        await evicted!.lists(scene.id('lost'));
        await scene.store.evictNow(evicted!.server);
        await one!.lists(contested);
        await two!.lists(contested);
        const ids = [own, silent!.has(own), evicted!.has(scene.id('lost')), contested];

        await scene.time.passSilently(retentionMs * 0.9 - 2 * scene.slackMs);
        const kinds: string[] = [];
        for (const id of ids) kinds.push(await lastKnownOf(id));
        expect(kinds).toEqual(['destination', 'destination', 'gone', 'ambiguous']);
        expect(await scene.everybody()).toHaveLength(3);
        await scene.time.passSilently(retentionMs * 0.1 + 3 * scene.slackMs);

        for (const id of ids) expect(await lastKnownOf(id)).toBe('nothing');
        expect(await scene.everybody()).toEqual([]);
        await scene.newEvents();
        await evicted!.reports({ boot: 1, sequence: 1, sessions: [] });
        await scene.expectEvents({ type: 'server.joined', server: evicted!.server, reason: 'new' });
        await evicted!.withdraws();

        await scene.time.settle();
        await scene.time.passWriting(policy.judgedAfterMs - policy.settleAfterMs);
        await scene.newEvents();
        const { lapsed } = await scene.store.findLapsed(10);
        const left = [silent!, one!, two!].map(({ server }) => server);
        expect(lapsed.map(({ server }) => server).sort()).toEqual(left.sort());
        for (const server of lapsed) {
          expect(await scene.store.evict(server)).toEqual({ kind: 'evicted', sessions: 0 });
        }
        const lost = { type: 'server.lost', reason: 'lapsed', sessions: '0' };
        await scene.expectEvents(
          ...lapsed.map(({ server }) => ({ ...lost, server: String(server) })),
        );
        expect(await scene.store.findLapsed(10)).toMatchObject({ lapsed: [], total: 0 });

        async function lastKnownOf(id: string): Promise<string> {
          const evidence = await scene.lookup(id);
          expect(evidence).toMatchObject({ kind: 'absent', settled: false });
          return evidence.kind === 'absent' ? evidence.lastKnown.kind : '';
        }
      },
    );
  });
}

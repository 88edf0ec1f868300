import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** How the dead are found and struck off, and how a server leaves by itself. */
export function describeEvictions(stage: Stage): void {
  describe('evictions', () => {
    stage.settledAndEmpty(
      'finds the lapsed, the longest first, at most as many as asked for',
      async (scene) => {
        const lapsed = await lapse(scene, ['gpu-2', 'gpu-1', 'gpu-3']);
        const live = scene.host('gpu-4');
        await live.lists(scene.id('live'));

        const found = lapsed.map((host) => ({
          server: host.server,
          fence: host.fence,
          sessions: [scene.id(`on ${host.server}`), scene.id('console')],
        }));
        const scan = await scene.store.findLapsed(10);
        expect(
          scan.lapsed.map((server) => ({ ...server, sessions: [...server.sessions].sort() })),
        ).toEqual(found.map((server) => ({ ...server, sessions: [...server.sessions].sort() })));
        expect(scan).toMatchObject({ settled: true, total: 3 });

        const some = await scene.store.findLapsed(2);
        expect(some.total).toBe(3);
        expect(some.lapsed.map(({ server }) => server)).toEqual(
          found.slice(0, 2).map(({ server }) => server),
        );
      },
    );

    stage.settled(
      'strikes off who is lapsed, once, with its events, and leaves a tombstone',
      async (scene) => {
        const [host] = (await lapse(scene, ['gpu-1'])) as [SimulatedHost];
        const [own, shared] = [scene.id(`on ${host.server}`), scene.id('console')];
        const lapsed = await scene.lapsed();
        await scene.newEvents();

        const attempts = [1, 2, 3].map(() => scene.store.evict(lapsed[0]!));
        const kinds = (await Promise.all(attempts)).map(({ kind }) => kind).sort();

        expect(kinds).toEqual(['evicted', 'gone', 'gone']);
        const { server } = host;
        await scene.expectEvents(
          { type: 'session.evicted', server, session: own, reason: 'lapsed' },
          { type: 'session.evicted', server, session: shared, reason: 'lapsed' },
          { type: 'server.lost', server, reason: 'lapsed', sessions: '2' },
        );
        expect(await scene.lapsed()).toEqual([]);
        expect(await scene.recordOf(host)).toBeUndefined();
        expect(await scene.expectSettledAbsence(host.has(own))).toBe('gone');
        expect(await scene.expectSettledAbsence(own)).toBe('nothing');

        expect(await scene.store.report(host.lastReport)).toEqual({ kind: 'already-applied' });
        await host.beats();
        await scene.expectLive(own, host, own);
        await scene.expectLive(host.has(own), host, own);
        await scene.expectEvents(
          { type: 'server.joined', server, reason: 'returned' },
          { type: 'session.opened', server, session: own },
          { type: 'session.opened', server, session: shared },
        );
        expect(await scene.store.evict(lapsed[0]!)).toEqual({ kind: 'renewed' });
        await scene.expectLive(own, host, own);
      },
    );

    stage.settled('spares who has reported since, whatever the report said', async (scene) => {
      const hosts = await lapse(scene, ['gpu-1', 'gpu-2', 'gpu-3']);
      const [beating, changed, leaving] = hosts as [SimulatedHost, SimulatedHost, SimulatedHost];
      const lapsed = await scene.lapsed();
      await beating.beats();
      await changed.lists(scene.id('new'));
      await leaving.reports({ leaving: true });
      await scene.newEvents();

      for (const server of lapsed)
        expect(await scene.store.evict(server)).toEqual({ kind: 'renewed' });

      await scene.expectEvents();
      await scene.expectLive(scene.id('new'), changed, scene.id('new'));
      for (const host of hosts) expect(await scene.recordOf(host)).toBeDefined();

      await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
      for (const server of lapsed) {
        expect(await scene.store.evict(server)).toEqual({ kind: 'renewed' });
      }
    });

    stage.settled(
      'I5: strikes nobody off before judges have had half a lease on a settled roll',
      async (scene) => {
        const { policy, slackMs } = scene;
        const host = scene.host('gpu-1');
        await host.lists(scene.id('console'));
        await scene.time.passSilently(policy.leaseTtlMs + slackMs);
        await scene.newEvents();
        const [lapsed] = await scene.lapsed();
        await scene.time.passWriting(policy.judgedAfterMs - 2 * slackMs);
        expect(await scene.store.findLapsed(1)).toMatchObject({ settled: true, judged: false });
        expect(await scene.store.evict(lapsed!)).toEqual({ kind: 'unsettled' });
        await scene.expectEvents();

        await scene.time.passWriting(3 * slackMs);
        expect(await scene.store.findLapsed(1)).toMatchObject({ settled: true, judged: true });
        expect(await scene.store.evict(lapsed!)).toEqual({ kind: 'evicted', sessions: 1 });
      },
    );

    stage.settled('never strikes off a server within its lease', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await scene.newEvents();
      const { server, fence } = host;

      expect(await scene.store.evict({ server, fence, sessions: [] })).toEqual({ kind: 'renewed' });
      await scene.expectLive(session, host, session);
      await scene.expectEvents();
    });

    stage.settled(
      'says that a server is gone when it was never there, has withdrawn or was evicted by somebody else',
      async (scene) => {
        const names = ['never', 'withdrawn', 'evicted'];
        const [never, withdrawn, evicted] = names.map((name) => scene.host(name));
        await withdrawn!.lists(scene.id('a'));
        await evicted!.lists(scene.id('b'));
        const seen = [never!, withdrawn!, evicted!].map(({ server, fence }) => ({
          server,
          fence,
          sessions: [],
        }));
        await withdrawn!.withdraws();
        await scene.store.evictNow(evicted!.server);
        await scene.newEvents();

        for (const server of seen) {
          expect(await scene.store.evict(server)).toEqual({ kind: 'gone' });
          expect(await scene.store.evictNow(server.server)).toEqual({ kind: 'gone' });
        }
        await scene.expectEvents();
      },
    );

    stage.settled('I4: an eviction ends the claims of its server alone', async (scene) => {
      const [dead] = (await lapse(scene, ['gpu-1'])) as [SimulatedHost];
      const [one, two] = [scene.host('gpu-2'), scene.host('gpu-3')];
      const [taken, contested] = [scene.id(`on ${dead.server}`), scene.id('console')];
      await one.lists(taken, contested);
      await two.lists(contested);
      const lapsed = await scene.lapsed();

      expect(await scene.store.evict(lapsed[0]!)).toEqual({ kind: 'evicted', sessions: 2 });

      await scene.expectLive(taken, one, taken);
      expect(await scene.lookup(contested)).toEqual({ kind: 'ambiguous' });
      await scene.expectLive(two.has(contested), two, contested);
    });

    stage.settled(
      'an operator strikes off a live server, and its next report brings it back',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        const { server } = host;
        await host.lists(session);
        await scene.newEvents();

        expect(await scene.store.evictNow(server)).toEqual({ kind: 'evicted', sessions: 1 });
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('gone');
        expect(await scene.expectSettledAbsence(session)).toBe('nothing');
        expect(await scene.recordOf(host)).toBeUndefined();
        await scene.expectEvents(
          { type: 'session.evicted', server, session, reason: 'operator' },
          { type: 'server.lost', server, reason: 'operator', sessions: '1' },
        );

        await host.beats();
        await scene.expectLive(session, host, session);
      },
    );

    stage.settled('an unknown list does not bring back what was struck off', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      const { server } = host;
      await host.lists(session);
      await scene.store.evictNow(server);
      await scene.newEvents();

      await host.reports({ sessions: { kind: 'unknown' } });

      expect(await scene.recordOf(host)).toMatchObject({ sessions: [] });
      expect(await scene.expectSettledAbsence(host.has(session))).toBe('nothing');
      expect(await scene.expectSettledAbsence(session)).toBe('nothing');
      await scene.expectEvents({ type: 'server.joined', server, reason: 'returned' });
    });
  });

  describe('withdrawals', () => {
    stage.settled('takes a server and its sessions off the roll at once', async (scene) => {
      const [host, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const [one, two, theirs] = [scene.id('one'), scene.id('two'), scene.id('theirs')];
      const { server } = host;
      await host.lists(one, two);
      await other.lists(theirs);
      await scene.newEvents();

      expect(await host.withdraws()).toEqual({ kind: 'applied' });

      for (const session of [one, two]) {
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('gone');
        expect(await scene.expectSettledAbsence(session)).toBe('nothing');
      }
      expect(await scene.recordOf(host)).toBeUndefined();
      await scene.expectLive(theirs, other, theirs);
      await scene.expectEvents(
        { type: 'session.closed', server, session: one, reason: 'withdrawn' },
        { type: 'session.closed', server, session: two, reason: 'withdrawn' },
        { type: 'server.lost', server, reason: 'withdrawn', sessions: '2' },
      );
    });

    stage.settled('of a server nobody knows leaves its fence, and says nothing', async (scene) => {
      const host = scene.host('gpu-1');
      host.reboots();
      expect(await host.withdraws()).toEqual({ kind: 'applied' });
      const early = { ...host.lastReport, boot: 1, sequence: 7 };
      expect(await scene.store.report(early)).toEqual({ kind: 'superseded', boot: 2 });
      await scene.expectEvents();

      expect(await host.withdraws()).toEqual({ kind: 'applied' });
      await scene.expectEvents();
      await host.beats();
      await scene.expectEvents({ type: 'server.joined', server: host.server, reason: 'returned' });
    });
  });
}

/** Servers with a session of their own and a shared one that fall silent, in the order of their last reports. */
async function lapse(scene: Scene, names: readonly string[]): Promise<SimulatedHost[]> {
  const hosts: SimulatedHost[] = [];
  for (const name of names) {
    const host = scene.host(name);
    await host.lists(scene.id(`on ${host.server}`), scene.id('console'));
    await scene.time.passSilently(5);
    hosts.push(host);
  }
  const [first, ...others] = hosts;
  await first?.beats();
  await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
  return first ? [...others, first] : [];
}

import { localId } from '../builders/ids';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** When a roll is settled, and what is answered while it is not. */
export function describeSettling(stage: Stage): void {
  describe('settling', () => {
    stage.lost('an empty roll settles after W of renewals, not before', async (scene) => {
      const { settleAfterMs, gapMs } = scene.policy;
      expect(await scene.store.renew()).toEqual({ settled: false });
      await scene.time.passWriting(settleAfterMs - 2 * scene.slackMs);
      expect(await scene.store.renew()).toEqual({ settled: false });
      expect(await isSettled(scene)).toBe(false);

      await scene.time.passWriting(3 * scene.slackMs);
      expect(await scene.store.renew()).toEqual({ settled: true });
      expect(await isSettled(scene)).toBe(true);

      await scene.time.passSilently(gapMs - scene.slackMs);
      expect(await isSettled(scene)).toBe(true);
      await scene.time.passSilently(2 * scene.slackMs);
      expect(await isSettled(scene)).toBe(false);
      expect(await scene.store.findLapsed(1)).toMatchObject({ settled: false });
      expect(await scene.store.renew()).toEqual({ settled: false });
    });

    stage.lost('reports count as writes, reads do not', async (scene) => {
      const { settleAfterMs, gapMs } = scene.policy;
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      const stepMs = Math.floor(gapMs * 0.4);
      const start = await scene.now();
      while ((await scene.now()) < start + settleAfterMs + scene.slackMs + stepMs) {
        await host.lists(session);
        await scene.time.passSilently(stepMs);
      }
      expect(await isSettled(scene)).toBe(true);

      for (let passed = 0; passed <= gapMs + scene.slackMs; passed += stepMs) {
        await scene.store.ping();
        await scene.store.findLapsed(1);
        await scene.store.servers(0, 1);
        await scene.store.sinceLastSweepMs();
        await scene.lookup(session);
        await scene.time.passSilently(stepMs);
      }
      expect(await isSettled(scene)).toBe(false);
    });

    stage.lost(
      'I5: after a loss a qualified id answers with the first report, and a bare one waits until the roll is settled',
      async (scene) => {
        const [host, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [session, shared, closed] = [scene.id('own'), scene.id('shared'), scene.id('closed')];
        const nothing = { kind: 'absent', settled: false, lastKnown: { kind: 'nothing' } };
        expect(await scene.lookup(host.has(session))).toEqual(nothing);
        expect(await scene.lookup(session)).toEqual(nothing);

        await host.lists(session, shared, closed);
        await scene.expectLive(host.has(session), host, session);
        await expectProvisional(scene, session, host);
        await expectProvisional(scene, closed, host);

        await host.lists(session, shared);
        expect(await scene.lookup(closed)).toEqual(nothing);
        await other.lists(shared);
        expect(await scene.lookup(shared)).toEqual({ kind: 'ambiguous' });
        await other.lists();
        await host.beats();
        expect(await scene.lookup(shared)).toEqual({ kind: 'ambiguous' });
        await expectProvisional(scene, session, host);

        while (!(await scene.store.renew()).settled) {
          await host.beats();
          await scene.time.passSilently(scene.policy.gapMs * 0.4);
        }
        await expectProvisional(scene, session, host, true);
        await expectProvisional(scene, shared, host, true);
        await host.beats();
        await scene.expectLive(session, host, session);
        await scene.expectLive(shared, host, shared);
      },
    );

    stage.lost('I5: a bare id answers once everybody was heard', async (scene) => {
      const { heardAfterMs } = scene.policy;
      const [host, session] = [scene.host('gpu-1'), scene.id('own')];
      await host.lists(session);
      await scene.time.passWriting(heardAfterMs - 2 * scene.slackMs);
      await host.beats();
      await expectProvisional(scene, session, host);

      await scene.time.passWriting(3 * scene.slackMs);
      await scene.store.renew();
      await expectProvisional(scene, session, host, true);
    });

    stage.lost(
      'I1: a bare id is its host’s for good with the first report after W, whoever has noted that the roll is settled',
      async (scene) => {
        const { settleAfterMs } = scene.policy;
        const [host, session] = [scene.host('gpu-1'), scene.id('own')];
        await host.lists(session);
        await scene.time.passWriting(settleAfterMs - scene.slackMs);
        await host.beats();
        expect(await scene.store.renew()).toEqual({ settled: false });
        expect(await scene.lookup(session)).toMatchObject({ kind: 'provisional' });

        await scene.time.passSilently(Math.ceil(1.5 * scene.slackMs));
        await host.beats();
        await scene.expectLive(session, host, session);
      },
    );

    stage.settled(
      'after an outage the last known answers stand, and bare ids go back to whom they named',
      async (scene) => {
        const names = ['owner', 'thief', 'first', 'second', 'struck'];
        const [owner, thief, first, second, struck] = names.map((name) => scene.host(name));
        const [own, contested, lost] = [scene.id('own'), scene.id('contested'), scene.id('lost')];
        await owner!.lists(own);
        await thief!.lists();
        await first!.lists(contested);
        await second!.lists(contested);
        await struck!.lists(lost);
        await scene.store.evictNow(struck!.server);
        const lapsed = await outage(scene);
        await scene.newEvents();

        const lastKnown = { kind: 'destination', destination: owner!.destinationOf(own) };
        const absent = { kind: 'absent', settled: false };
        expect(await scene.lookup(owner!.has(own))).toEqual({ ...absent, lastKnown });
        expect(await scene.lookup(own)).toEqual({ ...absent, lastKnown });
        const ambiguous = { ...absent, lastKnown: { kind: 'ambiguous' } };
        expect(await scene.lookup(contested)).toEqual(ambiguous);
        const gone = { ...absent, lastKnown: { kind: 'gone' } };
        expect(await scene.lookup(struck!.has(lost))).toEqual(gone);

        expect(lapsed).toHaveLength(4);
        for (const server of lapsed) {
          expect(await scene.store.evict(server)).toEqual({ kind: 'unsettled' });
        }

        await first!.beats();
        expect(await scene.lookup(contested)).toEqual({ kind: 'ambiguous' });
        expect(await scene.store.findClaimants(localId(contested))).toMatchObject([
          { server: first!.server },
        ]);
        await owner!.beats();
        await scene.expectLive(own, owner!, own);
        await scene.expectEvents();

        while (!(await scene.store.renew()).settled) {
          await first!.beats();
          await scene.time.passSilently(scene.policy.gapMs * 0.4);
        }
        await expectProvisional(scene, contested, first!, true);
        await Promise.all([first!.beats(), owner!.beats()]);
        await scene.expectLive(contested, first!, contested);
        await scene.expectLive(own, owner!, own);
      },
    );

    stage.settled(
      'I4: after an outage nobody else is believed with an id that its last known owner has not reported yet',
      async (scene) => {
        const [owner, thief, dead] = ['owner', 'thief', 'dead'].map((name) => scene.host(name)) as [
          SimulatedHost,
          SimulatedHost,
          SimulatedHost,
        ];
        const [own, left, orphan] = [scene.id('own'), scene.id('left'), scene.id('orphan')];
        await owner.lists(own, left);
        await dead.lists(orphan);
        await thief.lists();
        await outage(scene);
        await scene.newEvents();

        await thief.lists(own, left, orphan);
        await expectProvisional(scene, own, thief);
        await owner.lists(own);
        expect(await scene.lookup(own)).toEqual({ kind: 'ambiguous' });
        await expectProvisional(scene, left, thief);
        await scene.expectEvents(
          { type: 'session.opened', server: thief.server, session: own },
          { type: 'session.opened', server: thief.server, session: left },
          { type: 'session.opened', server: thief.server, session: orphan },
          { type: 'session.ambiguous', server: owner.server, session: own, with: thief.server },
          { type: 'session.closed', server: owner.server, session: left, reason: 'closed' },
        );

        await thief.lists(own, orphan);
        const nothing = { kind: 'absent', settled: false, lastKnown: { kind: 'nothing' } };
        expect(await scene.lookup(left)).toEqual(nothing);

        await thief.lists(own, left, orphan);
        await expectProvisional(scene, orphan, thief);
        await scene.newEvents();
        await scene.time.settle(() => Promise.all([owner.beats(), thief.beats()]));
        expect(await scene.lookup(own)).toEqual({ kind: 'ambiguous' });
        await scene.expectLive(left, thief, left);
        await scene.expectLive(orphan, thief, orphan);
        expect(await scene.newEvents()).toContainEqual({
          type: 'session.moved',
          at: expect.any(String),
          server: thief.server,
          session: orphan,
          from: dead.server,
        });
      },
    );

    stage.lost(
      'an operator’s eviction and a withdrawal work before the roll is settled',
      async (scene) => {
        const [evicted, withdrawn] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('console');
        await evicted.lists(session);
        await withdrawn.lists();
        expect(await scene.store.evictNow(evicted.server)).toEqual({
          kind: 'evicted',
          sessions: 1,
        });
        expect(await withdrawn.withdraws()).toEqual({ kind: 'applied' });

        const gone = { kind: 'absent', settled: false, lastKnown: { kind: 'gone' } };
        expect(await scene.lookup(evicted.has(session))).toEqual(gone);
        expect(await scene.everybody()).toEqual([]);
      },
    );
  });
}

async function isSettled(scene: Scene): Promise<boolean> {
  const evidence = await scene.lookup('nobody~nothing');
  return evidence.kind === 'absent' && evidence.settled;
}

async function expectProvisional(
  scene: Scene,
  id: string,
  host: SimulatedHost,
  heard = false,
): Promise<void> {
  const destination = host.destinationOf(id);
  expect(await scene.lookup(id)).toEqual({ kind: 'provisional', heard, destination });
}

/** Nobody writes until every lease has lapsed; returns what a sweep would see then. */
async function outage(scene: Scene) {
  await scene.time.passSilently(scene.policy.leaseTtlMs + scene.slackMs);
  expect(await scene.store.findLapsed(1)).toMatchObject({ settled: false });
  return scene.lapsed();
}

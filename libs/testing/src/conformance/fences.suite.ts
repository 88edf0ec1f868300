import type { Report } from '@rollcall/domain';
import { listed } from '../builders/reports';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** Reports that come late, twice or from an earlier life. */
export function describeFences(stage: Stage): void {
  describe('fences', () => {
    stage.settled('I3: a report of an earlier boot changes nothing', async (scene) => {
      const host = await hostAtBootThree(scene);
      const late = { ...host.lastReport, boot: 2, sequence: 99 };
      await expectWithoutEffect(scene, host, late, { kind: 'superseded', boot: 3 });
    });

    stage.settled('I3: a report with an older sequence number changes nothing', async (scene) => {
      const host = await hostAtBootThree(scene);
      const { sequence } = host.lastReport;
      const late = { ...host.lastReport, sequence: sequence - 1 };
      await expectWithoutEffect(scene, host, late, { kind: 'outdated', sequence });
    });

    stage.settled(
      'I3: a repeated report is already applied, whatever it says now',
      async (scene) => {
        const host = await hostAtBootThree(scene);
        await expectWithoutEffect(scene, host, host.lastReport, { kind: 'already-applied' });
      },
    );

    stage.settled('a new boot may start its sequence anew', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await host.beats();
      await scene.newEvents();

      host.reboots();
      await host.beats();

      expect(await scene.recordOf(host)).toMatchObject({ boot: 2, sequence: 1 });
      await scene.expectLive(session, host, session);
      await scene.expectEvents();
    });

    stage.settled('I3: the fence outlives an eviction', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      host.reboots();
      await host.lists(session);
      await host.beats();
      expect(await scene.store.evictNow(host.server)).toEqual({ kind: 'evicted', sessions: 1 });
      await expectTombstone(scene, host, session, host.lastReport.sequence);

      await host.beats();
      await expectReturned(scene, host, session);
    });

    stage.settled('I3: the fence of a withdrawal outlives it', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      host.reboots();
      await host.lists(session);
      expect(await host.withdraws()).toEqual({ kind: 'applied' });
      await expectTombstone(scene, host, session, host.lastReport.sequence);

      await host.beats();
      await expectReturned(scene, host, session);
    });

    stage.settled(
      'an agent that gives way tells of the conflict, and changes nothing',
      async (scene) => {
        const host = await hostAtBootThree(scene);
        const before = await scene.recordOf(host);
        const { server } = host;
        for (const boot of [2, 3]) {
          expect(await scene.store.giveWay(server, { boot, sequence: 99 })).toEqual({
            kind: 'applied',
          });
          await scene.expectEvents({
            type: 'server.conflict',
            server,
            boot: String(boot),
            by: '3',
          });
        }
        expect(await scene.recordOf(host)).toEqual(before);
      },
    );

    stage.settled('nobody gives way to an earlier boot, or to nobody', async (scene) => {
      const [host, stranger] = [await hostAtBootThree(scene), scene.host('gpu-9')];
      const outdated = { kind: 'outdated', sequence: 0 };
      expect(await scene.store.giveWay(host.server, { boot: 4, sequence: 1 })).toEqual(outdated);
      expect(await scene.store.giveWay(stranger.server, { boot: 1, sequence: 1 })).toEqual(
        outdated,
      );
      await scene.store.evictNow(host.server);
      await scene.newEvents();
      expect(await scene.store.giveWay(host.server, { boot: 2, sequence: 1 })).toEqual(outdated);
      await scene.expectEvents();
    });

    stage.settled('I3: a withdrawal is fenced like a report', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      host.reboots();
      await host.lists(session);
      await host.beats();
      await scene.newEvents();
      const { boot, sequence } = host.fence;
      const { store } = scene;

      const superseded = { kind: 'superseded', boot };
      expect(await store.withdraw(host.server, { boot: boot - 1, sequence: 9 })).toEqual(
        superseded,
      );
      const outdated = { kind: 'outdated', sequence };
      expect(await store.withdraw(host.server, { boot, sequence: sequence - 1 })).toEqual(outdated);
      const repeated = { kind: 'already-applied' };
      expect(await store.withdraw(host.server, { boot, sequence })).toEqual(repeated);
      await scene.expectLive(session, host, session);
      await scene.expectEvents();

      expect(await host.withdraws()).toEqual({ kind: 'applied' });
      expect(await store.withdraw(host.server, host.fence)).toEqual(repeated);
    });

    stage.settled(
      'I3: of two copies of one report that arrive together, one is applied',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists();
        await scene.newEvents();
        const { sequence } = host.lastReport;
        const report: Report = { ...host.lastReport, sequence: sequence + 1 };
        const withSession: Report = { ...report, sessions: listed(session) };

        const outcomes = await Promise.all([1, 2, 3].map(() => scene.store.report(withSession)));

        const kinds = outcomes.map(({ kind }) => kind).sort();
        expect(kinds).toEqual(['already-applied', 'already-applied', 'applied']);
        await scene.expectEvents({ type: 'session.opened', server: host.server, session });
      },
    );
  });
}

async function hostAtBootThree(scene: Scene): Promise<SimulatedHost> {
  const host = scene.host('gpu-1');
  host.reboots();
  host.reboots();
  await host.lists(scene.id('console'));
  await host.beats();
  await scene.newEvents();
  return host;
}

/** Sends the report with another list and another endpoint, and one that differs in nothing but its fence. */
async function expectWithoutEffect(
  scene: Scene,
  host: SimulatedHost,
  report: Report,
  outcome: object,
): Promise<void> {
  const [session, foreign] = [scene.id('console'), scene.id('foreign')];
  const owner = scene.host('gpu-2');
  await owner.lists(foreign);
  const before = await scene.recordOf(host);
  await scene.newEvents();

  const changed: Report = {
    ...report,
    endpoint: { ...report.endpoint, host: '10.99.99.99' },
    zone: 'elsewhere',
    leaving: true,
    sessions: { kind: 'listed', ids: [owner.destinationOf(foreign).session] },
  };
  for (const late of [changed, report, { ...changed, sessions: { kind: 'withheld' } } as Report]) {
    await scene.time.passSilently(2);
    expect(await scene.store.report(late)).toEqual(outcome);
  }

  expect(await scene.recordOf(host)).toEqual(before);
  await scene.expectLive(host.has(session), host, session);
  await scene.expectLive(session, host, session);
  await scene.expectLive(foreign, owner, foreign);
  expect(await scene.lookup(host.has(foreign))).toEqual({ kind: 'not-listed' });
  await scene.expectEvents();
}

async function expectTombstone(
  scene: Scene,
  host: SimulatedHost,
  session: string,
  sequence: number,
): Promise<void> {
  await scene.newEvents();
  const { lastReport } = host;
  const { boot } = lastReport;
  const gone = { ...lastReport, sequence };
  expect(await scene.store.report(gone)).toEqual({ kind: 'already-applied' });
  const outdated = { kind: 'outdated', sequence };
  expect(await scene.store.report({ ...gone, sequence: sequence - 1 })).toEqual(outdated);
  const superseded = { kind: 'superseded', boot };
  expect(await scene.store.report({ ...gone, boot: boot - 1, sequence: 99 })).toEqual(superseded);

  expect(await scene.recordOf(host)).toBeUndefined();
  expect(await scene.expectSettledAbsence(host.has(session))).toBe('gone');
  expect(await scene.expectSettledAbsence(session)).toBe('nothing');
  await scene.expectEvents();
}

async function expectReturned(scene: Scene, host: SimulatedHost, session: string): Promise<void> {
  await scene.expectLive(host.has(session), host, session);
  await scene.expectLive(session, host, session);
  await scene.expectEvents(
    { type: 'server.joined', server: host.server, reason: 'returned' },
    { type: 'session.opened', server: host.server, session },
  );
}

import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** Bare ids: who answers for them, and what happens when several servers claim one. */
export function describeBareIds(stage: Stage): void {
  describe('bare ids', () => {
    stage.settled(
      'I4: a second claim makes the bare id ambiguous, and touches nothing else',
      async (scene) => {
        const [first, second] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('console');
        await first.lists(session);
        const before = await scene.recordOf(first);
        await scene.newEvents();

        await second.lists(session);

        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        await scene.expectLive(first.has(session), first, session);
        await scene.expectLive(second.has(session), second, session);
        expect(await scene.recordOf(first)).toEqual(before);
        await scene.expectEvents(
          { type: 'server.joined', server: second.server, reason: 'new' },
          { type: 'session.opened', server: second.server, session },
          { type: 'session.ambiguous', server: second.server, session, with: first.server },
        );
      },
    );

    stage.settled(
      'a contest goes on, without further events, while both servers report',
      async (scene) => {
        const [first, second] = await contest(scene);
        const session = scene.id('console');
        const { leaseTtlMs } = scene.policy;

        await scene.time.passWriting(leaseTtlMs * 1.3, async () => {
          await first.beats();
          await second.beats();
          expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        });
        await scene.expectEvents();
      },
    );

    for (const [how, leave] of Object.entries(WAYS_TO_LEAVE)) {
      stage.settled(
        `I4: of three hosts with one bare id two go by ${how}, and it works again`,
        async (scene) => {
          const [first, second, third] = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) =>
            scene.host(name),
          );
          const session = scene.id('console');
          for (const host of [first, second, third]) await host?.lists(session);
          expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });

          await leave(scene, first!);
          expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
          await scene.newEvents();
          await leave(scene, second!);

          await scene.expectLive(session, third!, session);
          await scene.expectLive(third!.has(session), third!, session);
          const moved = (await scene.newEvents()).filter(({ type }) => type === 'session.moved');
          expect(moved).toEqual([
            expect.objectContaining({ server: third!.server, session, from: first!.server }),
          ]);
        },
      );
    }

    stage.settled('a contest whose first owner is left moves nowhere', async (scene) => {
      const [first, second] = await contest(scene);
      const session = scene.id('console');
      await second.lists();

      await scene.expectLive(session, first, session);
      await scene.expectEvents({
        type: 'session.closed',
        server: second.server,
        session,
        reason: 'closed',
      });
    });

    stage.settled(
      'the last claim answers with the endpoint its server reported during the contest',
      async (scene) => {
        const [first, second] = await contest(scene);
        const session = scene.id('console');
        await second.reports({ endpoint: { host: '10.77.0.1' } });
        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        await first.lists();

        await scene.expectLive(session, second, session);
      },
    );

    stage.settled(
      'a server that leaves a contest, or was never in it, ends nobody else’s claim',
      async (scene) => {
        const [first, second] = await contest(scene);
        const [third, session] = [scene.host('gpu-3'), scene.id('console')];
        await third.lists(session);
        await third.lists();
        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        await third.lists(scene.id('other'));
        await third.withdraws();
        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });

        await second.lists();
        await scene.expectLive(session, first, session);
      },
    );

    stage.settled(
      'a server does not contest what an earlier boot of its own claimed',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists(session);
        await scene.newEvents();
        host.reboots();
        await host.reports({ sessions: [session], endpoint: { host: '10.88.0.1' } });

        await scene.expectLive(session, host, session);
        await scene.expectEvents();
      },
    );

    stage.settled('a session that closes here and opens there has moved', async (scene) => {
      const [from, to] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const session = scene.id('project');
      await from.lists(session);
      await to.lists();
      await from.lists();
      await scene.newEvents();
      await to.lists(session);

      await scene.expectLive(session, to, session);
      await scene.expectEvents(
        { type: 'session.opened', server: to.server, session },
        { type: 'session.moved', server: to.server, session, from: from.server },
      );
    });

    stage.settled(
      'a session that opens there before it closes here is never answered wrongly, and has moved',
      async (scene) => {
        const [from, to] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('project');
        await from.lists(session);
        await to.lists(session);
        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        await scene.newEvents();
        await from.lists();

        await scene.expectLive(session, to, session);
        await scene.expectEvents(
          { type: 'session.closed', server: from.server, session, reason: 'closed' },
          { type: 'session.moved', server: to.server, session, from: from.server },
        );
      },
    );

    stage.settled(
      'a session that opens elsewhere after its server was struck off has moved',
      async (scene) => {
        const [from, to] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('project');
        await from.lists(session);
        await scene.store.evictNow(from.server);
        await scene.newEvents();
        await to.lists(session);

        await scene.expectLive(session, to, session);
        await scene.expectEvents(
          { type: 'server.joined', server: to.server, reason: 'new' },
          { type: 'session.opened', server: to.server, session },
          { type: 'session.moved', server: to.server, session, from: from.server },
        );
      },
    );

    stage.settled('a session that comes back to its server has not moved', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('project')];
      await host.lists(session);
      await host.lists();
      await scene.newEvents();
      await host.lists(session);

      await scene.expectEvents({ type: 'session.opened', server: host.server, session });
    });

    stage.settled(
      'I4: two servers that claim one id at the same moment make it ambiguous',
      async (scene) => {
        const [first, second] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('console');
        await Promise.all([first.lists(session), second.lists(session)]);

        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
      },
    );
  });
}

const WAYS_TO_LEAVE: Record<string, (scene: Scene, host: SimulatedHost) => Promise<unknown>> = {
  'closing it': (_, host) => host.lists(),
  'withdrawing their lists': (_, host) => host.reports({ sessions: { kind: 'withheld' } }),
  withdrawal: (_, host) => host.withdraws(),
  'an operator’s eviction': (scene, host) => scene.store.evictNow(host.server),
};

async function contest(scene: Scene): Promise<[SimulatedHost, SimulatedHost]> {
  const [first, second] = [scene.host('gpu-1'), scene.host('gpu-2')];
  const session = scene.id('console');
  await first.lists(session);
  await second.lists(session);
  expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
  await scene.newEvents();
  return [first, second];
}

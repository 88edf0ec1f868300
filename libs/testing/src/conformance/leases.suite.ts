import type { Scene } from './scene';
import type { Stage } from './stage';

/** What time alone does: leases lapse whoever runs. */
export function describeLeases(stage: Stage): void {
  describe('leases', () => {
    stage.settled(
      'I1, I2: answers stand until their lease ends, and lapse then by time alone',
      async (scene) => {
        const [live, silent, replayed] = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) =>
          scene.host(name),
        );
        const session = scene.id('own');
        await live!.lists(`${session} live`);
        await silent!.lists(`${session} silent`);
        await replayed!.lists(`${session} replayed`);
        const replay = () => scene.store.report(replayed!.lastReport);
        const beat = () => Promise.all([live!.beats(), replay()]);

        await untilJustBefore(scene, scene.policy.leaseTtlMs, beat);
        await scene.expectLive(silent!.has(`${session} silent`), silent!, `${session} silent`);
        await scene.expectLive(`${session} silent`, silent!, `${session} silent`);
        await justAfter(scene, beat);

        for (const host of [silent!, replayed!]) {
          const own = `${session} ${host === silent ? 'silent' : 'replayed'}`;
          const lastKnown = { kind: 'destination', destination: host.destinationOf(own) };
          const absent = { kind: 'absent', settled: true, lastKnown };
          expect(await scene.lookup(host.has(own))).toEqual(absent);
          expect(await scene.lookup(own)).toEqual(absent);
          expect(await scene.expectSettledAbsence(host.has(scene.id('never listed')))).toBe(
            'nothing',
          );
        }
        await scene.expectLive(`${session} live`, live!, `${session} live`);
        await scene.expectLive(live!.has(`${session} live`), live!, `${session} live`);
        const lapses = (await scene.newEvents()).filter(
          ({ type }) => !/joined|opened/.test(type ?? ''),
        );
        expect(lapses).toEqual([]);
      },
    );

    stage.settled(
      'I1: an unchanged report renews the whole lease, for either id',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('own')];
        const { leaseTtlMs } = scene.policy;
        await host.lists(session);
        await scene.time.passWriting(leaseTtlMs * 0.3);
        await host.beats();
        await scene.time.passWriting(leaseTtlMs * 0.85);

        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
      },
    );

    stage.settled(
      'I4: a server that comes back late without a session leaves it to who has it now',
      async (scene) => {
        const [late, now] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('own');
        await late.lists(session);
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        await now.lists(session);
        await late.lists();

        await scene.expectLive(session, now, session);
        await scene.expectLive(now.has(session), now, session);
      },
    );

    stage.settled(
      'the lease of a server that leaves is cut to two intervals, and a successor takes over without a gap',
      async (scene) => {
        const [leaving, restarted] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [theirs, ours] = [scene.id('leaving'), scene.id('restarted')];
        await leaving.lists(theirs);
        await restarted.lists(ours);
        await leaving.reports({ leaving: true });
        await restarted.reports({ leaving: true });
        await scene.newEvents();
        await scene.expectLive(theirs, leaving, theirs);

        restarted.reboots();
        await restarted.reports({ leaving: false });
        await scene.time.passWriting(scene.policy.leavingLeaseMs + scene.slackMs);

        expect(await scene.expectSettledAbsence(theirs)).toBe('destination');
        expect(await scene.expectSettledAbsence(leaving.has(theirs))).toBe('destination');
        await scene.expectLive(ours, restarted, ours);
        await scene.expectLive(restarted.has(ours), restarted, ours);
        await scene.expectEvents();
      },
    );

    stage.settled(
      'a server that reports again before it is struck off has its sessions back, without an event',
      async (scene) => {
        const [host, taken] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [kept, moved] = [scene.id('kept'), scene.id('moved')];
        await host.lists(kept, moved);
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        await scene.newEvents();

        await taken.lists(moved);
        await scene.expectLive(moved, taken, moved);
        await scene.expectEvents(
          { type: 'server.joined', server: taken.server, reason: 'new' },
          { type: 'session.opened', server: taken.server, session: moved },
          { type: 'session.moved', server: taken.server, session: moved, from: host.server },
        );

        await host.lists(kept);
        await scene.expectLive(kept, host, kept);
        await scene.expectLive(host.has(kept), host, kept);
        await scene.expectLive(moved, taken, moved);
        await scene.expectEvents({
          type: 'session.closed',
          server: host.server,
          session: moved,
          reason: 'closed',
        });
      },
    );

    stage.settled(
      'I4: of three hosts with one bare id two lapse, and it works again with the next report of the third',
      async (scene) => {
        const [first, second, third] = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) => scene.host(name));
        const session = scene.id('console');
        for (const host of [first, second, third]) await host!.lists(session);
        await scene.newEvents();

        await untilJustBefore(scene, scene.policy.leaseTtlMs, () => third!.beats());
        expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
        await justAfter(scene);
        await third!.beats();

        await scene.expectLive(session, third!, session);
        await scene.expectEvents({
          type: 'session.moved',
          server: third!.server,
          session,
          from: first!.server,
        });
      },
    );

    stage.settled(
      'the claim that is left of a contest has the lease its own server was given',
      async (scene) => {
        const [silent, closing] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('console');
        await silent.lists(session);
        await closing.lists(session);

        await scene.time.passWriting(scene.policy.leaseTtlMs / 2, () => closing.beats());
        await closing.lists();
        await scene.expectLive(session, silent, session);
        await scene.time.passWriting(scene.policy.leaseTtlMs / 2 + scene.slackMs);

        expect(await scene.expectSettledAbsence(session)).toBe('destination');
      },
    );

    stage.settled('a contest ends with the last lease, and leaves the id free', async (scene) => {
      const [first, second] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const session = scene.id('console');
      await first.lists(session);
      await second.lists(session);
      await scene.time.passWriting(scene.policy.leaseTtlMs / 2);
      await second.beats();
      await scene.time.passWriting(scene.policy.leaseTtlMs / 2 + scene.slackMs);
      expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
      await scene.time.passWriting(scene.policy.leaseTtlMs / 2);

      expect(await scene.expectSettledAbsence(session)).toBe('ambiguous');
      await first.beats();
      await scene.expectLive(session, first, session);
    });

    stage.settled('a contest is forgotten when the last claimant closes the id', async (scene) => {
      const [silent, closing] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const session = scene.id('console');
      await silent.lists(session);
      await closing.lists(session);
      await scene.time.passWriting(scene.policy.leaseTtlMs / 2);
      await closing.beats();
      await scene.time.passWriting(scene.policy.leaseTtlMs / 2 + scene.slackMs);
      expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });

      await closing.lists();
      expect(await scene.expectSettledAbsence(session)).toBe('nothing');
    });

    stage.settled(
      'a session that opens elsewhere a lease after it was closed has not moved',
      async (scene) => {
        const [from, to] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('project');
        await from.lists(session);
        await from.lists();
        await to.lists();
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        await scene.newEvents();
        await to.lists(session);

        await scene.expectLive(session, to, session);
        await scene.expectEvents({ type: 'session.opened', server: to.server, session });
      },
    );
  });
}

/** Lets a lease that begins now run until there is just enough left of it to look. */
async function untilJustBefore(
  scene: Scene,
  leaseMs: number,
  beat?: () => Promise<unknown>,
): Promise<void> {
  await scene.time.passWriting(leaseMs - 2 * scene.slackMs, beat);
}

async function justAfter(scene: Scene, beat?: () => Promise<unknown>): Promise<void> {
  await scene.time.passWriting(3 * scene.slackMs, beat);
}

import { BOOT_MAX, SEQUENCE_MAX } from '@rollcall/domain';
import type { Stage } from './stage';

/** What reports do to answers, records and events. */
export function describeReports(stage: Stage): void {
  describe('reports', () => {
    stage.settled(
      'I1: answers a reported session by its qualified and its bare id',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists(session);

        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
      },
    );

    stage.settled(
      'publishes who joined and what was opened, at the moment of the report',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        const before = await scene.now();
        await host.lists(session);
        const after = await scene.now();

        const events = await scene.newEvents();
        expect(events).toEqual([
          { type: 'server.joined', at: expect.any(String), server: host.server, reason: 'new' },
          { type: 'session.opened', at: expect.any(String), server: host.server, session },
        ]);
        for (const { at } of events) {
          expect(Number(at)).toBeGreaterThanOrEqual(before);
          expect(Number(at)).toBeLessThanOrEqual(after);
        }
      },
    );

    stage.settled('publishes nothing for a report that changes nothing', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await scene.newEvents();

      await host.beats();
      await host.beats();

      await scene.expectEvents();
      await scene.expectLive(session, host, session);
    });

    stage.settled('I1: a changed endpoint is answered at once, by either id', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await scene.newEvents();

      for (const endpoint of [
        { host: 'gpu-1.example' },
        { httpPort: 9443 },
        { quicPort: 0 },
        { webUrlPath: '/dcv?x=%20y~z' },
        { host: '2001:db8::1' },
      ]) {
        await host.reports({ endpoint });
        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
      }
      await scene.expectEvents();
    });

    stage.settled('shows all a server said last in its record', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session, 'other~local');
      const before = await scene.now();
      await host.reports({ zone: 'zone-a', healthy: false });
      const after = await scene.now();

      const record = await scene.recordOf(host);
      expect(record).toMatchObject({
        server: host.server,
        ...host.fence,
        endpoint: host.endpoint,
        zone: 'zone-a',
        healthy: false,
        leaving: false,
      });
      expect([...(record?.sessions ?? [])].sort()).toEqual([session, 'other~local'].sort());
      expect(record?.reportedAtMs).toBeGreaterThanOrEqual(before);
      expect(record?.reportedAtMs).toBeLessThanOrEqual(after);
      expect(record?.leaseEndsAtMs).toBe((record?.reportedAtMs ?? 0) + scene.policy.leaseTtlMs);
    });

    stage.settled(
      'shows changes of health, zone and leaving at once, and answers all the same',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists(session);

        for (const change of [
          { healthy: false },
          { healthy: true },
          { zone: 'b' },
          { zone: '' },
          { leaving: true },
          { leaving: false },
        ]) {
          await host.reports(change);
          const record = await scene.recordOf(host);
          expect(record).toMatchObject({ ...change, ...host.fence });
          const { leavingLeaseMs, leaseTtlMs } = scene.policy;
          const leaseMs = (record?.leaseEndsAtMs ?? 0) - (record?.reportedAtMs ?? 0);
          expect(leaseMs).toBe(host.lastReport.leaving ? leavingLeaseMs : leaseTtlMs);
          await scene.expectLive(session, host, session);
        }
      },
    );

    stage.settled('renews the lease with every report', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      const first = await scene.recordOf(host);

      await scene.time.passSilently(10);
      await host.beats();

      const second = await scene.recordOf(host);
      expect(second?.reportedAtMs).toBeGreaterThanOrEqual((first?.reportedAtMs ?? 0) + 10);
      expect(second?.leaseEndsAtMs).toBe((second?.reportedAtMs ?? 0) + scene.policy.leaseTtlMs);
    });

    stage.settled(
      'a session no longer listed vanishes in the same step, and the others stay',
      async (scene) => {
        const host = scene.host('gpu-1');
        const [kept, closed, opened] = [scene.id('kept'), scene.id('closed'), scene.id('opened')];
        await host.lists(kept, closed);
        await scene.newEvents();

        await host.lists(opened, kept);

        expect(await scene.lookup(host.has(closed))).toEqual({ kind: 'not-listed' });
        expect(await scene.expectSettledAbsence(closed)).toBe('nothing');
        for (const session of [kept, opened]) {
          await scene.expectLive(host.has(session), host, session);
          await scene.expectLive(session, host, session);
        }
        await scene.expectEvents(
          { type: 'session.opened', server: host.server, session: opened },
          { type: 'session.closed', server: host.server, session: closed, reason: 'closed' },
        );
      },
    );

    stage.settled('I4: a changed list never touches what other servers have', async (scene) => {
      const [changing, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const [mine, theirs] = [scene.id('mine'), scene.id('theirs')];
      await other.lists(theirs);
      await changing.lists(mine);
      const before = await scene.recordOf(other);

      await changing.lists();
      await changing.lists(scene.id('a'), scene.id('b'));
      await changing.reports({ endpoint: { host: other.endpoint.host } });
      changing.reboots();
      await changing.lists(mine);

      expect(await scene.recordOf(other)).toEqual(before);
      await scene.expectLive(other.has(theirs), other, theirs);
      await scene.expectLive(theirs, other, theirs);
    });

    stage.settled(
      'an empty list closes everything, and the server stays on the roll',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists(session);
        await scene.newEvents();
        await host.lists();

        expect(await scene.lookup(host.has(session))).toEqual({ kind: 'not-listed' });
        expect(await scene.expectSettledAbsence(session)).toBe('nothing');
        expect((await scene.recordOf(host))?.sessions).toEqual([]);
        await scene.expectEvents({
          type: 'session.closed',
          server: host.server,
          session,
          reason: 'closed',
        });
      },
    );

    stage.settled('a closed session that is listed again is opened again', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await host.lists();
      await scene.newEvents();
      await host.lists(session);

      await scene.expectLive(host.has(session), host, session);
      await scene.expectLive(session, host, session);
      await scene.expectEvents({ type: 'session.opened', server: host.server, session });
    });

    stage.settled('the highest boot and sequence numbers count like any other', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await host.reports({ boot: BOOT_MAX, sequence: 1 });
      await host.reports({ boot: BOOT_MAX, sequence: SEQUENCE_MAX });
      const newest = { ...host.lastReport };

      expect(await scene.recordOf(host)).toMatchObject({ boot: BOOT_MAX, sequence: SEQUENCE_MAX });
      const older = { ...newest, sequence: SEQUENCE_MAX - 1 };
      const outdated = { kind: 'outdated', sequence: SEQUENCE_MAX };
      expect(await scene.store.report(older)).toEqual(outdated);
      const earlier = { ...newest, boot: BOOT_MAX - 1 };
      const superseded = { kind: 'superseded', boot: BOOT_MAX };
      expect(await scene.store.report(earlier)).toEqual(superseded);
    });
  });
}

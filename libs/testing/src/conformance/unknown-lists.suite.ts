import { listed } from '../builders/reports';
import type { Stage } from './stage';

/** What becomes of sessions while a host cannot list them. */
export function describeUnknownLists(stage: Stage): void {
  describe('lists that are not known', () => {
    stage.settled(
      'a server that joins without a list is on the roll, and answers for nothing',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.reports({ sessions: { kind: 'unknown' }, healthy: false });

        expect(await scene.recordOf(host)).toMatchObject({ sessions: [], healthy: false });
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('nothing');
        await host.beats();
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('nothing');
        await scene.expectEvents({ type: 'server.joined', server: host.server, reason: 'new' });

        await host.lists(session);
        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
        await scene.expectEvents({ type: 'session.opened', server: host.server, session });
      },
    );

    stage.settled(
      'an unknown list lets the stored one stand, with the new endpoint, also from a new boot',
      async (scene) => {
        const [host, session] = [scene.host('gpu-1'), scene.id('console')];
        await host.lists(session);
        await scene.newEvents();

        await host.reports({ sessions: { kind: 'unknown' }, endpoint: { httpPort: 9443 } });
        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);

        host.reboots();
        await host.reports({ sessions: { kind: 'unknown' }, endpoint: { host: '10.9.9.9' } });
        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
        expect((await scene.recordOf(host))?.sessions).toEqual([session]);

        await host.lists(session);
        await scene.expectEvents();
        await host.lists();
        expect(await scene.lookup(host.has(session))).toEqual({ kind: 'not-listed' });
      },
    );

    stage.settled(
      'a withheld list takes every session down as unhealthy, and listing brings it back',
      async (scene) => {
        const [host, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [session, theirs] = [scene.id('console'), scene.id('theirs')];
        await host.lists(session);
        await other.lists(theirs);
        await scene.newEvents();

        await host.reports({ sessions: { kind: 'withheld' }, healthy: false });
        expect(await scene.lookup(host.has(session))).toEqual({ kind: 'not-listed' });
        expect(await scene.expectSettledAbsence(session)).toBe('nothing');
        expect(await scene.recordOf(host)).toMatchObject({ sessions: [], healthy: false });
        await host.beats();
        await scene.expectEvents({
          type: 'session.closed',
          server: host.server,
          session,
          reason: 'unhealthy',
        });
        await scene.expectLive(theirs, other, theirs);

        await host.reports({ sessions: listed(session), healthy: true });
        await scene.expectLive(host.has(session), host, session);
        await scene.expectLive(session, host, session);
        await scene.expectEvents({ type: 'session.opened', server: host.server, session });
      },
    );
  });
}

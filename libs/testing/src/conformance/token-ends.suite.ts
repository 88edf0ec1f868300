import { reopened } from '../builders/reports';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';
import { askFor, grant, goodOf, hostWith, isGood } from './token-scene';

interface Stakes {
  readonly scene: Scene;
  readonly host: SimulatedHost;
  readonly session: string;
  /** Keeps every other host on the roll while time passes. */
  readonly beat: () => Promise<unknown>;
}

const ENDS: Record<string, (stakes: Stakes) => Promise<unknown>> = {
  'is closed': ({ host }) => host.lists(),
  'is closed in another boot, with another endpoint': ({ host }) => {
    host.reboots();
    return host.reports({ sessions: [], endpoint: { httpPort: 9443 } });
  },
  'is no longer vouched for': ({ host }) => host.reports({ sessions: { kind: 'withheld' } }),
  'was reopened': ({ host, session }) => host.reports({ sessions: reopened(session) }),
  'was reopened, by the first report of a boot': ({ host, session }) => {
    host.reboots();
    return host.reports({ sessions: reopened(session) });
  },
  'was reopened, by a report that leaves': ({ host, session }) =>
    host.reports({ sessions: reopened(session), leaving: true }),
  'is withdrawn': ({ host }) => host.withdraws(),
  'is struck off by an operator': ({ scene, host }) => scene.store.evictNow(host.server),
  'is struck off as lapsed': async ({ scene, beat }) => {
    await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs, beat);
    for (const server of await scene.lapsed()) await scene.store.evict(server);
  },
};

const GONE = Object.fromEntries(
  Object.entries(ENDS).filter(([what]) => !what.startsWith('was reopened')),
);

const LASTS: Record<string, (stakes: Stakes) => Promise<unknown>> = {
  'is reported unchanged': async ({ host }) => {
    await host.beats();
    await host.beats();
  },
  'is reported by a new boot': ({ host }) => {
    host.reboots();
    return host.beats();
  },
  'is reported by a new boot that knows no list': ({ host }) => {
    host.reboots();
    return host.reports({ sessions: { kind: 'unknown' } });
  },
  'is reported with another endpoint': ({ host }) => host.reports({ endpoint: { httpPort: 9443 } }),
  'is reported beside a new one': ({ host, session }) => host.lists(session, `${session} new`),
  'is reported beside a reopened one': async ({ host, session }) => {
    await host.lists(session, `${session} other`);
    await host.reports({ sessions: reopened(`${session} other`, session) });
  },
  'is reported by a server that leaves': ({ host }) => host.reports({ leaving: true }),
  'lapses, and is reported again': async ({ scene, host, beat }) => {
    await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs, beat);
    await host.beats();
  },
  'is reported elsewhere, too': ({ scene, session }) => scene.host('gpu-2').lists(session),
};

/** How connection tokens go with their session, and stay with it. */
export function describeTokenEnds(stage: Stage): void {
  describe('the tokens of a session', () => {
    for (const local of ['console', 'with~tilde']) {
      for (const [what, happen] of Object.entries(ENDS)) {
        stage.settled(
          `are void once it ${what}, and nobody else’s are (${local})`,
          async (scene) => {
            const [host, session] = await hostWith(scene, 'gpu-1', local);
            const [other] = await hostWith(scene, 'gpu-2', local);
            for (const each of [host, other]) await grant(scene, each.name(session), 'token');
            await happen({ scene, host, session, beat: () => other.beats() });

            expect(await isGood(scene, host.name(session), 'token')).toBe(false);
            expect(await isGood(scene, other.name(session), 'token')).toBe(true);
          },
        );
      }
      for (const [what, happen] of Object.entries(GONE)) {
        stage.settled(`are refused once it ${what} (${local})`, async (scene) => {
          const [host, session] = await hostWith(scene, 'gpu-1', local);
          const [other] = await hostWith(scene, 'gpu-2', local);
          await happen({ scene, host, session, beat: () => other.beats() });

          expect(await askFor(scene, host.name(session), 'late')).toBe('no-session');
          expect(await askFor(scene, other.name(session), 'token')).toBe('granted');
          await host.lists(session);
          expect(await isGood(scene, host.name(session), 'late')).toBe(false);
          expect(await askFor(scene, host.name(session), 'next')).toBe('granted');
        });
      }
    }

    for (const [what, happen] of Object.entries(LASTS)) {
      stage.settled(`stay good when it ${what}`, async (scene) => {
        const [host, session] = await hostWith(scene, 'gpu-1', 'console');
        await grant(scene, host.name(session), 'token');
        await happen({ scene, host, session, beat: async () => undefined });

        expect(await isGood(scene, host.name(session), 'token')).toBe(true);
        expect(await askFor(scene, host.name(session), 'another')).toBe('granted');
      });
    }

    stage.settled(
      'are granted while its server is late or lapsed, until that is struck off',
      async (scene) => {
        const [host, session] = await hostWith(scene, 'gpu-1', 'console');
        const [other] = await hostWith(scene, 'gpu-2', 'console');
        const beat = () => other.beats();
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs, beat);
        expect(await scene.lapsed()).toHaveLength(1);
        await grant(scene, host.name(session), 'token');

        expect(await isGood(scene, host.name(session), 'token')).toBe(true);
      },
    );

    stage.settled('are refused for a server that never reported', async (scene) => {
      const host = scene.host('gpu-1');
      const session = scene.id('console');

      expect(await askFor(scene, host.name(session), 'early')).toBe('no-session');
      await host.reports({ sessions: { kind: 'unknown' } });
      expect(await askFor(scene, host.name(session), 'early')).toBe('no-session');
      await host.lists(session);
      expect(await isGood(scene, host.name(session), 'early')).toBe(false);
    });

    stage.settled(
      'are refused for what its record holds besides sessions, and for parts of their names',
      async (scene) => {
        const host = scene.host('gpu-1');
        await host.reports({ sessions: ['console 1', 'cad'], zone: 'zone-a' });
        const { host: address } = host.endpoint;

        for (const text of ['console', '1', 'ca', 'zone-a', '1 zone-a', address, 'A', '/'])
          expect([text, await askFor(scene, host.name(text), 'token')]).toEqual([
            text,
            'no-session',
          ]);
        for (const text of ['console 1', 'cad']) await grant(scene, host.name(text), 'token');
      },
    );

    stage.settled('are void once it is closed, while its neighbours’ are not', async (scene) => {
      const host = scene.host('gpu-1');
      const [kept, closed] = [scene.id('kept'), scene.id('closed')];
      await host.lists(kept, closed);
      for (const session of [kept, closed]) await grant(scene, host.name(session), 'token');
      await host.lists(kept);

      expect(await isGood(scene, host.name(kept), 'token')).toBe(true);
      expect(await isGood(scene, host.name(closed), 'token')).toBe(false);
      await host.lists(kept, closed);
      expect(await isGood(scene, host.name(closed), 'token')).toBe(false);
    });

    stage.settled(
      'are void when its server is reported again after the store has forgotten it',
      async (scene) => {
        const [host, session] = await hostWith(scene, 'gpu-1', 'console');
        await grant(scene, host.name(session), 'old');
        await scene.time.passSilently(scene.policy.retentionMs + scene.slackMs);
        expect(await askFor(scene, host.name(session), 'nobody’s')).toBe('no-session');
        await host.beats();

        expect(await goodOf(scene, host.name(session), ['old', 'nobody’s'])).toEqual([]);
      },
    );

    stage.settled(
      'are void when its server comes back after it was struck off, though its agent has noticed nothing',
      async (scene) => {
        const [host, session] = await hostWith(scene, 'gpu-1', 'console');
        await scene.store.evictNow(host.server);
        expect(await askFor(scene, host.name(session), 'late')).toBe('no-session');
        await host.beats();

        expect(await isGood(scene, host.name(session), 'late')).toBe(false);
        await grant(scene, host.name(session), 'next');
        await host.beats();
        expect(await isGood(scene, host.name(session), 'next')).toBe(true);
      },
    );

    stage.settled('are void as often as it is reopened', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      for (const token of ['first', 'second']) {
        await grant(scene, host.name(session), token);
        await host.reports({ sessions: reopened(session) });
        await grant(scene, host.name(session), `after ${token}`);
        await host.beats();
        expect(await goodOf(scene, host.name(session), [token, `after ${token}`])).toEqual([
          `after ${token}`,
        ]);
      }
    });

    stage.settled('are void once it was reopened, and it goes on to be answered', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      await scene.newEvents();
      await host.reports({ sessions: reopened(session) });

      await scene.expectLive(session, host, session);
      await scene.expectLive(host.has(session), host, session);
      const { server } = host;
      await scene.expectEvents(
        { type: 'session.closed', server, session, reason: 'closed' },
        { type: 'session.opened', server, session },
      );
      expect((await scene.recordOf(host))?.sessions).toEqual([session]);
    });

    stage.settled('go without a word of a reopening when it just opens', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists();
      await scene.newEvents();
      await host.reports({ sessions: reopened(session) });

      await scene.expectEvents({ type: 'session.opened', server: host.server, session });
    });

    stage.settled('are void once it was reopened in a contest, which goes on', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      await hostWith(scene, 'gpu-2', 'console');
      await grant(scene, host.name(session), 'token');
      await host.reports({ sessions: reopened(session) });

      expect(await isGood(scene, host.name(session), 'token')).toBe(false);
      expect(await scene.lookup(session)).toEqual({ kind: 'ambiguous' });
    });
  });
}

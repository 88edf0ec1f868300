import { LOCAL_ID_BYTES_MAX, SESSIONS_PER_SERVER_MAX } from '@rollcall/domain';
import { aReport, type ReportTraits } from '../builders/reports';
import type { Stage } from './stage';

const STRANGE_IDS = [
  'a b',
  ' ',
  '-',
  '=gpu-1',
  '!',
  '?x',
  '{roll}:x',
  '*',
  'k?[a]',
  '"\\\'',
  '%00%0a',
  'a:b/c|d',
  'ünïcode 日本 🖥',
  '\u00a0\u2028',
  '__proto__',
  'constructor',
  '0',
];

const BROKEN: [string, ReportTraits][] = [
  ['a boot of 0', { boot: 0 }],
  ['a broken sequence', { sequence: 1.5 }],
  ['a huge sequence', { sequence: Number.MAX_SAFE_INTEGER }],
  ['a zone with a space', { zone: 'a b' }],
  ['no host', { endpoint: { host: '' } }],
  ['a port of 0', { endpoint: { httpPort: 0 } }],
  ['a path with a line break', { endpoint: { webUrlPath: '/a\nb' } }],
];

/** The limits of what a report may hold, and that nothing within them is mangled. */
export function describeLimits(stage: Stage): void {
  describe('limits', () => {
    stage.settled(
      'takes every local id that the rules allow, and keeps them apart',
      async (scene) => {
        const host = scene.host('gpu-1');
        const ids = STRANGE_IDS.map((text) => `${text}${scene.id('')}`);
        ids.push('é'.repeat(LOCAL_ID_BYTES_MAX / 2 - 4) + scene.id('').padStart(8, '.'));
        await host.lists(...ids);

        for (const id of ids) {
          await scene.expectLive(host.has(id), host, id);
          await scene.expectLive(id, host, id);
        }
        await host.lists(...ids.slice(1));
        expect(await scene.lookup(host.has(ids[0] ?? ''))).toEqual({ kind: 'not-listed' });
        await scene.expectLive(ids[1] ?? '', host, ids[1] ?? '');
      },
    );

    stage.settled('a local id with a ~ is found by its qualified id alone', async (scene) => {
      const [host, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const session = `${other.server}~${scene.id('console')}`;
      await host.lists(session);

      await scene.expectLive(host.has(session), host, session);
      expect(await scene.expectSettledAbsence(session)).toBe('nothing');

      await other.lists(scene.id('console'));
      await scene.expectLive(host.has(session), host, session);
      await scene.expectLive(session, other, scene.id('console'));
    });

    stage.settled('keeps apart servers whose names begin alike', async (scene) => {
      const host = scene.host('a.b');
      const session = scene.id('console');
      await host.lists(session);

      const shorter = host.server.slice(0, -1);
      for (const server of [
        `${host.server}.a`,
        `${host.server}-`,
        host.server.toUpperCase(),
        shorter,
      ]) {
        expect(await scene.lookup(`${server}~${session}`)).toMatchObject({ kind: 'absent' });
      }
    });

    stage.settled(
      'takes as many sessions as a server may have, changes one of them, and lets all go',
      async (scene) => {
        const host = scene.host('gpu-1');
        const ids = Array.from({ length: SESSIONS_PER_SERVER_MAX }, (_, index) =>
          scene.id(`s${index}`),
        );
        const last = ids.at(-1) ?? '';
        await host.lists(...ids);
        await scene.expectLive(last, host, last);
        expect((await scene.recordOf(host))?.sessions).toHaveLength(SESSIONS_PER_SERVER_MAX);
        expect(await scene.newEvents()).toHaveLength(SESSIONS_PER_SERVER_MAX + 1);

        const swapped = scene.id('swapped');
        await host.lists(...ids.slice(0, -1), swapped);
        expect(await scene.lookup(host.has(last))).toEqual({ kind: 'not-listed' });
        await scene.expectLive(host.has(swapped), host, swapped);
        await scene.expectEvents(
          { type: 'session.opened', server: host.server, session: swapped },
          { type: 'session.closed', server: host.server, session: last, reason: 'closed' },
        );

        await host.withdraws();
        expect(await scene.expectSettledAbsence(ids[0] ?? '')).toBe('nothing');
        expect(await scene.newEvents()).toHaveLength(SESSIONS_PER_SERVER_MAX + 1);
      },
    );

    stage.settled('refuses a report that breaks a rule, and changes nothing', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      const tooMany = Array.from(
        { length: SESSIONS_PER_SERVER_MAX + 1 },
        (_, index) => `s${index}`,
      );
      const lists: [string, readonly string[]][] = [
        ['too many sessions', tooMany],
        ['a session listed twice', [session, session]],
        ['a control character', ['a\u0000b']],
        ['an empty id', ['']],
        ['an over-long id', ['x'.repeat(LOCAL_ID_BYTES_MAX + 1)]],
      ];
      await host.lists(session);
      const before = await scene.recordOf(host);
      await scene.newEvents();

      const next = { ...host.lastReport, sequence: host.lastReport.sequence + 1 };
      const broken = BROKEN.map(
        ([what, traits]) => [what, aReport({ ...next, ...traits })] as const,
      );
      const brokenLists = lists.map(([what, ids]) => {
        const sessions = { kind: 'listed', ids } as unknown as typeof next.sessions;
        return [what, { ...next, sessions }] as const;
      });
      for (const [what, report] of [...broken, ...brokenLists]) {
        const refusal = await scene.store.report(report).catch((error: unknown) => error);
        expect({ what, refusal }).toEqual({
          what,
          refusal: expect.objectContaining({ code: 'INVALID_REPORT' }),
        });
      }

      expect(await scene.recordOf(host)).toEqual(before);
      await scene.expectLive(session, host, session);
      await scene.expectEvents();
      await host.beats();
    });
  });
}

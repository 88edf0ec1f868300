import {
  WITNESSES_PER_ZONE,
  type LateServer,
  type Survey,
  type ZoneSurvey,
} from '@rollcall/domain';
import { serverId } from '../builders/ids';
import { hold, hostsWithSessions, LONG_MS, recordOf, tryRelease, untilLate } from './belief-scene';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

const EVERYBODY = 1_000;

/** What a reconciler reads of the late and of their zones. */
export function describeSurvey(stage: Stage): void {
  describe('a survey', () => {
    stage.lost('of an empty roll finds nobody', async (scene) => {
      expect(await scene.store.survey(10)).toEqual({
        nowMs: expect.any(Number),
        heard: false,
        settled: false,
        servers: 0,
        zones: [],
        late: [],
        lateTotal: 0,
        protections: [],
      });
      expect(await scene.store.records([])).toEqual([]);
      expect(await scene.store.records([serverId('nobody')])).toEqual([]);
    });

    stage.settledAndEmpty('finds a server late from its moment on, not before', async (scene) => {
      const { lateAfterMs, leaseTtlMs } = scene.policy;
      const hosts = await hostsWithSessions(scene, 'silent', 'live');
      const [silent, live] = hosts as SimulatedHost[];
      const { reportedAtMs } = await recordOf(scene, silent!);
      await scene.time.passWriting(lateAfterMs - 2 * scene.slackMs, () => live!.beats());
      expect(await scene.store.survey(10)).toMatchObject({ lateTotal: 0, late: [] });
      await scene.time.passWriting(3 * scene.slackMs, () => live!.beats());

      const { server } = silent!;
      const leaseEndsAtMs = reportedAtMs + leaseTtlMs;
      const late = { server, zone: '', reportedAtMs, leaseEndsAtMs, held: false, replaced: false };
      const before = await scene.now();
      const survey = await scene.store.survey(10);
      expect(survey).toMatchObject({ settled: true, servers: 2, zones: [], lateTotal: 1 });
      expect(survey.late).toEqual([late]);
      expect(survey.nowMs).toBeGreaterThanOrEqual(before);
      expect(survey.nowMs).toBeLessThanOrEqual(await scene.now());

      await scene.time.passWriting(leaseTtlMs - lateAfterMs, () => live!.beats());
      expect((await scene.store.survey(10)).late).toEqual([late]);
      await silent!.beats();
      expect(await scene.store.survey(10)).toMatchObject({ lateTotal: 0, late: [] });
    });

    stage.settledAndEmpty('never finds a server late that is leaving', async (scene) => {
      const hosts = await hostsWithSessions(scene, 'leaving', 'unknown', 'back', 'live');
      const [leaving, unknown, back, live] = hosts as SimulatedHost[];
      await leaving!.reports({ leaving: true });
      await unknown!.reports({ leaving: true, sessions: { kind: 'unknown' } });
      await back!.reports({ leaving: true });
      await back!.reports({ leaving: false });
      await untilLate(scene, () => live!.beats());

      expect(namesOf(await scene.store.survey(10))).toEqual([back!.server]);
      await scene.time.passWriting(scene.policy.leavingLeaseMs, () => live!.beats());
      expect(namesOf(await scene.store.survey(10))).toEqual([back!.server]);
    });

    stage.settledAndEmpty(
      'lists the late by the end of their lease or hold, at most as many as asked for',
      async (scene) => {
        const hosts = ['d', 'b', 'c', 'a'].map((name) => scene.host(name));
        for (const host of hosts) {
          await host.lists();
          await scene.time.passSilently(5);
        }
        const [first, second, third, fourth] = hosts as SimulatedHost[];
        await untilLate(scene);
        const before = await scene.store.survey(EVERYBODY);
        expect(namesOf(before)).toEqual(hosts.map(({ server }) => server));
        await hold(scene, [second!]);
        await scene.time.passSilently(5);
        await hold(scene, [first!]);

        const survey = await scene.store.survey(EVERYBODY);
        const order = [third!, fourth!, second!, first!].map(({ server }) => server);
        expect(namesOf(survey)).toEqual(order);
        expect(survey.late.map(({ held }) => held)).toEqual([false, false, true, true]);
        for (const { server, reportedAtMs, leaseEndsAtMs } of survey.late) {
          const earlier = before.late.find((late) => late.server === server);
          expect(reportedAtMs).toBe(earlier?.reportedAtMs);
          const [record] = await scene.store.records([server]);
          expect(record).toMatchObject({ reportedAtMs, leaseEndsAtMs });
        }
        const some = await scene.store.survey(3);
        expect(namesOf(some)).toEqual(order.slice(0, 3));
        expect(some).toMatchObject({ lateTotal: 4, servers: 4 });
        expect(some.zones).toEqual(survey.zones);
      },
    );

    stage.settledAndEmpty(
      'counts the late of each zone, and names some of the live as witnesses',
      async (scene) => {
        const a = await hostsIn(scene, 'a', 4);
        const b = await hostsIn(scene, 'b', 3);
        const none = await hostsIn(scene, '', WITNESSES_PER_ZONE + 2);
        await b[0]!.reports({ leaving: true });
        await b[1]!.reports({ zone: 'a' });
        const silent = [...a.slice(0, 2), b[0]!, b[2]!];
        const live = [...a.slice(2), b[1]!, ...none];
        await untilLate(scene, () => Promise.all(live.map((host) => host.beats())));
        await hold(scene, [silent[0]!]);

        const survey = await scene.store.survey(EVERYBODY);
        expect(survey).toMatchObject({ servers: 14, lateTotal: 3 });
        expect(survey.late.map(({ zone }) => zone).sort()).toEqual(['a', 'a', 'b']);
        const [ofNone, ofA, ofB, ...others] = byZone(survey);
        expect(others).toEqual([]);
        expect(ofA).toMatchObject({ zone: 'a', servers: 5, late: 2 });
        expect([...ofA!.witnesses].sort()).toEqual(namesOfHosts(a[2]!, a[3]!, b[1]!));
        expect(ofB).toEqual({ zone: 'b', servers: 2, late: 1, witnesses: [] });
        expect(ofNone).toMatchObject({ zone: '', servers: none.length, late: 0 });
        expect(ofNone!.witnesses).toHaveLength(WITNESSES_PER_ZONE);
        const newest = [...namesOfHosts(...none)].sort();
        expect(newest).toEqual(expect.arrayContaining([...ofNone!.witnesses]));
      },
    );

    stage.settledAndEmpty(
      'counts zones only while three are late or a zone has a protection',
      async (scene) => {
        const hosts = await hostsIn(scene, 'a', 4);
        const on = { to: 'on', late: 3, servers: 4, holdMaxMs: LONG_MS } as const;
        expect((await scene.store.survey(10)).zones).toEqual([]);
        await untilLate(scene, () => Promise.all(hosts.slice(2).map((host) => host.beats())));
        expect(await scene.store.survey(10)).toMatchObject({ lateTotal: 2, zones: [] });
        expect(await scene.store.changeProtection('a', 0, on)).toBe(true);

        const survey = await scene.store.survey(10);
        expect(survey.zones).toMatchObject([{ zone: 'a', servers: 4, late: 2 }]);
        expect(survey.protections).toMatchObject([{ zone: 'a', state: 'on' }]);
        expect(survey.late.map(({ zone }) => zone)).toEqual(['a', 'a']);
      },
    );

    stage.settledAndEmpty('no longer knows who was struck off or has withdrawn', async (scene) => {
      const hosts = await hostsIn(scene, 'a', 5);
      const [released, evicted, withdrawn, lapsed, left] = hosts as SimulatedHost[];
      await untilLate(scene);
      await hold(scene, [released!, left!]);
      await scene.store.evictNow(evicted!.server);
      await withdrawn!.withdraws();
      expect(await scene.store.survey(10)).toMatchObject({ servers: 3, lateTotal: 3 });
      await scene.time.passWriting(scene.policy.leaseTtlMs - scene.policy.lateAfterMs);
      expect(await tryRelease(scene, released!)).toBe('evicted');
      const [seen] = await scene.lapsed();
      expect(seen?.server).toBe(lapsed!.server);
      expect(await scene.store.evict(seen!)).toMatchObject({ kind: 'evicted' });

      expect(namesOf(await scene.store.survey(10))).toEqual([left!.server]);
      await evicted!.reports({ zone: '' });
      await untilLate(scene);
      expect(await lateOf(scene, evicted!)).toMatchObject({ zone: '', held: false });
    });

    stage.settledAndEmpty(
      'F36: says whose endpoint a live server has reported since',
      async (scene) => {
        const hosts = await hostsWithSessions(scene, 'held', 'late', 'other');
        const [held, late, other] = hosts as SimulatedHost[];
        await untilLate(scene);
        await hold(scene, [held!]);
        const heirs = [scene.host('heir-1'), scene.host('heir-2')];
        for (const [index, heir] of heirs.entries())
          await heir.reports({ endpoint: [held, late][index]!.endpoint });

        const replaced = async () =>
          (await scene.store.survey(10)).late
            .filter((found) => found.replaced)
            .map(({ server }) => server);
        expect([...(await replaced())].sort()).toEqual(namesOfHosts(held!, late!));
        await heirs[0]!.reports({ endpoint: { host: '10.98.0.1' } });
        expect(await replaced()).toEqual([late!.server]);
        await heirs[1]!.withdraws();
        expect(await replaced()).toEqual([]);
        await other!.reports({ endpoint: held!.endpoint });
        expect(await replaced()).toEqual([held!.server]);
      },
    );

    stage.settledAndEmpty('does not count as a write of the roll', async (scene) => {
      const { gapMs } = scene.policy;
      const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
      for (let passed = 0; passed <= gapMs + scene.slackMs; passed += gapMs * 0.4) {
        await scene.store.survey(10);
        await scene.store.records([host.server]);
        await scene.time.passSilently(gapMs * 0.4);
      }
      expect(await scene.store.survey(10)).toMatchObject({ settled: false, servers: 1 });
    });
  });
}

async function hostsIn(scene: Scene, zone: string, count: number): Promise<SimulatedHost[]> {
  const names = Array.from({ length: count }, (_, index) => `${zone || 'none'}-${index}`);
  const hosts = names.map((name) => scene.host(name));
  for (const host of hosts) await host.reports({ zone, sessions: [] });
  return hosts;
}

function namesOf({ late }: Survey): string[] {
  return late.map(({ server }) => server);
}

function namesOfHosts(...hosts: readonly SimulatedHost[]): string[] {
  return hosts.map(({ server }) => String(server)).sort();
}

function byZone({ zones }: Survey): ZoneSurvey[] {
  return [...zones].sort((one, other) => one.zone.localeCompare(other.zone));
}

async function lateOf(scene: Scene, { server }: SimulatedHost): Promise<LateServer | undefined> {
  return (await scene.store.survey(EVERYBODY)).late.find((late) => late.server === server);
}

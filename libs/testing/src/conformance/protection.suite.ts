import type { Protection, ProtectionChange } from '@rollcall/domain';
import {
  dead,
  guarded,
  heldHosts,
  holdBeyondLease,
  hostsWithSessions,
  LONG_MS,
  recordOf,
  SECOND,
  sessionOf,
  tryRelease,
} from './belief-scene';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

const ON = { to: 'on', late: 4, servers: 9, holdMaxMs: LONG_MS } as const;
const OFF: ProtectionChange = { to: 'off' };
const CONFIRMED = dead({ confirmed: true });

/** One record per zone, changed by compare-and-set, that keeps the silent on the roll. */
export function describeProtection(stage: Stage): void {
  describe('protection', () => {
    stage.settledAndEmpty('starts once for each zone, and says so', async (scene) => {
      const { store } = scene;
      const before = await scene.now();
      const tries = [1, 2, 3].map(() => store.changeProtection('a', 0, ON));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
      expect(await store.changeProtection('', 0, ON)).toBe(true);

      const [none, a, ...others] = await protections(scene);
      expect(others).toEqual([]);
      expect(none).toMatchObject({ zone: '', state: 'on' });
      expect(a).toMatchObject({ zone: 'a', state: 'on', late: 4, servers: 9 });
      expect(a!.version).toBeGreaterThan(0);
      expect(a!.sinceMs).toBeGreaterThanOrEqual(before);
      expect(a!.sinceMs).toBeLessThanOrEqual(await scene.now());
      expect(await store.changeProtection('a', a!.version, ON)).toBe(false);
      const started = { type: 'protection.started', late: '4', servers: '9' };
      expect(await protectionEvents(scene)).toEqual([
        { ...started, zone: 'a' },
        { ...started, zone: '' },
      ]);
    });

    stage.lost('does not start before the roll has settled', async (scene) => {
      expect(await scene.store.changeProtection('', 0, ON)).toBe(false);
      expect(await protections(scene)).toEqual([]);
      expect(await protectionEvents(scene)).toEqual([]);
    });

    stage.settledAndEmpty(
      'ends for whoever has seen its newest version, and is armed again apart from that',
      async (scene) => {
        const { store } = scene;
        const ended = (reason: 'operator' | 'time') => ({ to: 'ended', reason }) as const;
        const on = await protect(scene, '');
        expect(await store.changeProtection('', on.version - 1, OFF)).toBe(false);
        expect(await store.changeProtection('', on.version, ended('operator'))).toBe(true);
        expect(await store.changeProtection('', on.version, OFF)).toBe(false);

        const [off] = await protections(scene);
        expect(off).toMatchObject({ zone: '', state: 'ended', late: 4, servers: 9 });
        expect(off!.version).toBeGreaterThan(on.version);
        expect(off!.sinceMs).toBeGreaterThanOrEqual(on.sinceMs);
        expect(await store.changeProtection('', off!.version, OFF)).toBe(true);
        expect(await protections(scene)).toEqual([]);
        expect(await store.changeProtection('', off!.version, OFF)).toBe(false);
        expect(await store.changeProtection('', 0, OFF)).toBe(false);
        expect(await store.changeProtection('', 0, ended('time'))).toBe(false);

        const events = (await protectionEvents(scene)).slice(1);
        expect(events).toEqual([{ type: 'protection.ended', zone: '', reason: 'operator' }]);
      },
    );

    stage.settledAndEmpty('that ends because few are late is off at once', async (scene) => {
      const first = await protect(scene, 'a');
      expect(await scene.store.changeProtection('a', first.version, OFF)).toBe(true);
      expect(await protections(scene)).toEqual([]);
      const events = (await protectionEvents(scene)).slice(1);
      expect(events).toEqual([{ type: 'protection.ended', zone: 'a', reason: 'recovered' }]);

      await scene.time.passWriting(5);
      const second = await protect(scene, 'a');
      expect(second.version).toBeGreaterThan(first.version);
      expect(await scene.store.changeProtection('a', first.version, OFF)).toBe(false);
    });

    stage.settledAndEmpty(
      'spares the lapsed of its zone, but nobody who was leaving, and not from an operator',
      async (scene) => {
        const names = ['inside', 'evicted', 'leaving', 'outside'];
        const hosts = await hostsWithSessions(scene, ...names);
        const [inside, evicted, leaving, outside] = hosts as SimulatedHost[];
        for (const host of [inside!, evicted!, leaving!]) await host.reports({ zone: 'a' });
        await outside!.reports({ zone: 'b' });
        await leaving!.reports({ leaving: true });
        const { version } = await protect(scene, 'a');
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);

        const lapsed = await scene.lapsed();
        const evictionOf = ({ server }: SimulatedHost) =>
          scene.store.evict(lapsed.find((seen) => seen.server === server)!);
        expect(await evictionOf(inside!)).toEqual({ kind: 'protected' });
        expect(await evictionOf(leaving!)).toEqual({ kind: 'evicted', sessions: 1 });
        expect(await evictionOf(outside!)).toEqual({ kind: 'evicted', sessions: 1 });
        expect(await scene.store.evictNow(evicted!.server)).toMatchObject({ kind: 'evicted' });

        await scene.store.changeProtection('a', version, OFF);
        expect(await evictionOf(inside!)).toEqual({ kind: 'evicted', sessions: 1 });
      },
    );

    stage.settledAndEmpty(
      'lets a held server of its zone be released only when its death is confirmed',
      async (scene) => {
        const names = ['inside', 'outside', 'expired', 'replaced', 'ended'];
        const hosts = await hostsWithSessions(scene, ...names);
        const [inside, outside, expired, replaced, ended] = hosts as SimulatedHost[];
        for (const host of hosts) await host.reports({ zone: host === outside ? 'b' : 'a' });
        await holdBeyondLease(scene, hosts, guarded(scene));
        const { version } = await protect(scene, 'a');

        expect(await tryRelease(scene, inside!)).toBe('protected');
        expect(await tryRelease(scene, outside!)).toBe('evicted');
        expect(await tryRelease(scene, expired!, dead({ reason: 'hold-expired' }))).toBe('evicted');
        await scene.host('heir').reports({ endpoint: replaced!.endpoint });
        expect(await tryRelease(scene, replaced!, dead({ reason: 'replaced' }))).toBe('evicted');
        expect(await tryRelease(scene, inside!, CONFIRMED)).toBe('evicted');
        expect(await tryRelease(scene, ended!)).toBe('protected');
        await scene.store.changeProtection('a', version, { to: 'ended', reason: 'time' });
        expect(await tryRelease(scene, ended!)).toBe('evicted');
      },
    );

    stage.settledAndEmpty(
      'lets at most 15 % of the roll, over all zones and reconcilers, be released per interval',
      async (scene) => {
        const names = Array.from({ length: 15 }, (_, index) => `gpu-${index}`);
        const hosts = await hostsWithSessions(scene, ...names);
        const [first, second, third, fourth, free, expired] = hosts as SimulatedHost[];
        for (const host of [first!, second!]) await host.reports({ zone: 'a' });
        await free!.reports({ zone: 'b' });
        await holdBeyondLease(scene, hosts, guarded(scene));
        await protect(scene, 'a');
        await protect(scene, '');

        expect(await tryRelease(scene, first!, CONFIRMED)).toBe('evicted');
        expect(await tryRelease(scene, third!, CONFIRMED)).toBe('evicted');
        expect(await tryRelease(scene, second!, CONFIRMED)).toBe('paced');
        const theirs = { ...CONFIRMED, by: SECOND };
        expect(await tryRelease(scene, fourth!, theirs)).toBe('paced');
        expect(await tryRelease(scene, free!)).toBe('evicted');
        expect(await tryRelease(scene, expired!, dead({ reason: 'hold-expired' }))).toBe('evicted');

        await scene.time.passWriting(scene.policy.intervalMs + scene.slackMs);
        expect(await tryRelease(scene, second!, CONFIRMED)).toBe('evicted');
        expect(await tryRelease(scene, fourth!, CONFIRMED)).toBe('paced');
      },
    );

    stage.settledAndEmpty('of two servers lets one be released per interval', async (scene) => {
      const [one, two] = (await heldHosts(scene, ['gpu-1', 'gpu-2'], guarded(scene))) as [
        SimulatedHost,
        SimulatedHost,
      ];
      await protect(scene, '');
      expect(await tryRelease(scene, one, CONFIRMED)).toBe('evicted');
      expect(await tryRelease(scene, two, CONFIRMED)).toBe('paced');
    });

    stage.settledAndEmpty(
      'protects nobody after its longest, though nobody has ended it',
      async (scene) => {
        const [host] = (await heldHosts(scene, ['gpu-1'], guarded(scene))) as [SimulatedHost];
        const holdMaxMs = scene.policy.gapMs;
        const { version } = await protect(scene, '', { ...ON, holdMaxMs });
        expect(await tryRelease(scene, host)).toBe('protected');
        await scene.time.passWriting(holdMaxMs + scene.slackMs);

        expect(await recordOf(scene, host)).toMatchObject({ sessions: [sessionOf(scene, host)] });
        expect(await protections(scene)).toMatchObject([{ zone: '', state: 'on', version }]);
        expect(await tryRelease(scene, host)).toBe('evicted');
        const ended: ProtectionChange = { to: 'ended', reason: 'time' };
        expect(await scene.store.changeProtection('', version, ended)).toBe(true);
      },
    );
  });
}

async function protections(scene: Scene): Promise<Protection[]> {
  const { protections } = await scene.store.survey(0);
  return [...protections].sort((one, other) => one.zone.localeCompare(other.zone));
}

async function protect(
  scene: Scene,
  zone: string,
  change: ProtectionChange = ON,
): Promise<Protection> {
  expect(await scene.store.changeProtection(zone, 0, change)).toBe(true);
  const protection = (await protections(scene)).find((found) => found.zone === zone);
  if (protection === undefined) throw new Error(`zone ${zone} is not protected`);
  return protection;
}

async function protectionEvents(scene: Scene): Promise<object[]> {
  const events = await scene.allEvents();
  return events
    .filter(({ type }) => type?.startsWith('protection.'))
    .map(({ at: _at, ...event }) => event);
}

import { StoreUnavailableError } from '@rollcall/domain';
import { InMemorySessionStore } from '@rollcall/testing';
import { JudgedRoll, type Host, type Port, type Reconciler } from '../testing/judged-roll';
import { sample } from '../testing/sample';
import { toldLines, type ToldLine } from '../testing/told-lines';

const MINUTE_MS = 60_000;
const PERIOD_MS = 10_000;
const LEASE_MS = 20_000;

/** Minutes of virtual time take seconds on a busy machine. */
jest.setTimeout(60_000);

describe('the judge', () => {
  let roll: JudgedRoll;
  let told: ToldLine[];

  beforeEach(() => {
    jest.useFakeTimers();
    told = toldLines();
    roll = new JudgedRoll();
  });

  afterEach(async () => {
    await roll.stop();
    jest.useRealTimers();
  });

  const texts = () => told.map(({ text }) => text);
  const answersOf = (host: Host, sinceMs?: number) => [...new Set(roll.answersOf(host, sinceMs))];
  const protections = async () => (await roll.store.survey(0)).protections;

  /** Ten hosts on a settled roll, and a reconciler that has seen nothing yet. */
  async function ten(): Promise<{ hosts: Host[]; first: Host; reconciler: Reconciler }> {
    const hosts = roll.addHosts(10);
    const reconciler = roll.startReconciler();
    await roll.settle();
    return { hosts, first: hosts[0]!, reconciler };
  }

  function silence(hosts: readonly Host[], port: Port): void {
    for (const host of hosts) Object.assign(host, { reports: false, port });
  }

  describe('of one silent server', () => {
    it('F1: holds it while its port answers, and lets it go within a probe period of its death', async () => {
      const { first, reconciler } = await ten();
      silence([first], 'answers');
      const silentAtMs = roll.nowMs;
      await roll.pass(5 * MINUTE_MS);
      expect(answersOf(first)).toEqual(['live', 'held']);
      const heldAt = roll.seen.find(({ answer }) => answer === 'held');
      expect(heldAt!.atMs - silentAtMs).toBeLessThan(25_000);
      expect(texts().filter((text) => text.includes('its agent is silent'))).toHaveLength(1);
      expect(await sample(reconciler.metrics, 'held_servers')).toBe(1);

      first.port = 'drops';
      const diedAtMs = roll.nowMs;
      await roll.pass(MINUTE_MS);
      expect(roll.lostAtMs(first, diedAtMs)! - diedAtMs).toBeLessThanOrEqual(PERIOD_MS + 3_000);
      expect(roll.losses()).toEqual([first.server]);
      expect(roll.losses('dead')).toEqual([first.server]);
      const released = { reason: 'dead', outcome: 'evicted' };
      expect(await sample(reconciler.metrics, 'releases_total', released)).toBe(1);
    });

    it('holds it once per probe period', async () => {
      const { first, reconciler } = await ten();
      silence([first], 'answers');
      await roll.pass(20_000 + 10 * PERIOD_MS);
      const holds = await sample(reconciler.metrics, 'holds_total', {
        cause: 'probe',
        outcome: 'held',
      });
      expect(holds).toBeGreaterThanOrEqual(10);
      expect(holds).toBeLessThanOrEqual(13);
    });

    it.each(['refuses', 'drops'] as const)(
      'F2: lets its lease lapse when its port %s',
      async (port) => {
        const { first } = await ten();
        silence([first], port);
        const diedAtMs = roll.nowMs;
        await roll.pass(MINUTE_MS);
        expect(answersOf(first)).toEqual(['live', 'not-found']);
        expect(roll.lostAtMs(first)! - diedAtMs).toBeLessThanOrEqual(LEASE_MS + 5_000);
        expect(roll.losses('lapsed')).toEqual([first.server]);
      },
    );

    it('lets its lease lapse when it cannot tell, and holds nobody', async () => {
      const { first, reconciler } = await ten();
      silence([first], 'trouble');
      await roll.pass(MINUTE_MS);
      expect(roll.losses('lapsed')).toEqual([first.server]);
      expect(reconciler.probed.length).toBeGreaterThan(2);
    });

    it('does not take trouble of its own for a death: the hold runs to its end', async () => {
      const { first } = await ten();
      silence([first], 'answers');
      await roll.pass(MINUTE_MS);
      first.port = 'trouble';
      const since = roll.nowMs;
      await roll.pass(PERIOD_MS);
      first.port = 'answers';
      await roll.pass(MINUTE_MS);
      expect(answersOf(first, since)).toEqual(['held']);
      expect(roll.losses()).toEqual([]);
    });

    it('lets its report win at any time', async () => {
      const { first } = await ten();
      silence([first], 'answers');
      await roll.pass(MINUTE_MS);
      first.reports = true;
      const since = roll.nowMs;
      await roll.pass(MINUTE_MS);
      expect(answersOf(first, since + 6_000)).toEqual(['live']);
      expect(roll.losses()).toEqual([]);
    });

    it('holds it no longer than HOLD_MAX_MS', async () => {
      const holdMaxMs = 3 * MINUTE_MS;
      roll = new JudgedRoll({ holdMaxMs });
      const { first } = await ten();
      silence([first], 'answers');
      const since = roll.nowMs;
      await roll.pass(holdMaxMs + LEASE_MS);
      expect(roll.losses('hold-expired')).toEqual([first.server]);
      expect(roll.lostAtMs(first)! - since).toBeLessThanOrEqual(holdMaxMs + 2_000);
      expect(roll.lostAtMs(first)! - since).toBeGreaterThan(holdMaxMs - 6_000);
    });

    it('F36: lets it go in one turn when a live server reports its endpoint', async () => {
      const { first } = await ten();
      silence([first], 'answers');
      await roll.pass(MINUTE_MS);
      const [heir] = roll.addHosts(1);
      Object.assign(heir!, { endpoint: first.endpoint });
      const since = roll.nowMs;
      await roll.pass(MINUTE_MS);
      const reportedAtMs = roll.seen.find(
        ({ server, answer }) => server === heir!.server && answer === 'live',
      )!.atMs;
      expect(roll.losses('replaced')).toEqual([first.server]);
      expect(roll.lostAtMs(first, since)! - reportedAtMs).toBeLessThanOrEqual(1_100);
    });

    it('probes and holds nobody when probing is off', async () => {
      roll = new JudgedRoll({ probeMode: 'off' });
      const { first, reconciler } = await ten();
      silence([first], 'answers');
      await roll.pass(MINUTE_MS);
      expect(reconciler.probed).toEqual([]);
      expect(roll.losses('lapsed')).toEqual([first.server]);
    });
  });

  describe('of many at once', () => {
    it.each([
      ['a) whose ports answer', 'answers', {}],
      ['b) whose ports are out of reach as well', 'drops', {}],
      ['c) with probing off', 'drops', { probeMode: 'off' }],
    ] as const)(
      'F7: loses nobody of a whole roll %s, for 10 minutes',
      async (_how, port, settings) => {
        roll = new JudgedRoll(settings);
        const { hosts } = await ten();
        const reports = hosts.map(({ port: was }) => was);
        silence(hosts, port);
        await roll.pass(10 * MINUTE_MS);
        expect(roll.losses()).toEqual([]);
        expect(new Set(roll.seen.map(({ answer }) => answer))).not.toContain('not-found');
        expect(await protections()).toMatchObject([{ zone: '', state: 'on' }]);

        hosts.forEach((host, index) =>
          Object.assign(host, { reports: true, port: reports[index] }),
        );
        await roll.pass(1.1 * roll.policy.intervalMs + 2_000);
        const healedAtMs = roll.nowMs;
        await roll.pass(1_000);
        for (const host of hosts) expect(answersOf(host, healedAtMs)).toEqual(['live']);
        expect(await protections()).toEqual([]);
        expect(texts().filter((text) => text.startsWith('PROTECTION is on'))).toHaveLength(1);
        expect(texts().filter((text) => text.startsWith('protection has ended'))).toHaveLength(1);
      },
    );

    it.each([
      ['answer', 'answers'],
      ['are silent', 'drops'],
    ] as const)(
      'spreads the probes of the protected whose ports %s over a probe period, and has nobody wait longer',
      async (_how, port) => {
        const hosts = roll.addHosts(100);
        const { probed } = roll.startReconciler();
        await roll.settle();
        silence(hosts, port);
        await roll.pass(MINUTE_MS / 2);
        const perSecond: string[][] = [];
        for (let second = 0; second < PERIOD_MS / 1_000; second += 1) {
          const before = probed.length;
          await roll.pass(1_000);
          perSecond.push(probed.slice(before));
        }
        expect(Math.max(...perSecond.map((servers) => servers.length))).toBeLessThanOrEqual(13);
        expect(new Set(perSecond.flat()).size).toBe(100);
      },
    );

    it('does not make up after an outage for probes that were not made', async () => {
      const hosts = roll.addHosts(100);
      const { probed } = roll.startReconciler();
      await roll.settle();
      silence(hosts, 'answers');
      await roll.pass(MINUTE_MS / 2);
      const survey = jest.spyOn(roll.store, 'survey');
      survey.mockRejectedValue(new StoreUnavailableError('unreachable'));
      await roll.pass(PERIOD_MS - 2_000);
      survey.mockRestore();
      const before = probed.length;
      await roll.pass(1_500);
      expect(probed.length - before).toBeGreaterThan(0);
      expect(probed.length - before).toBeLessThanOrEqual(Math.ceil(100 * (0.25 / 0.8)) + 13);
    });

    it('F8: protects the zone that fell silent, and judges the others as ever', async () => {
      const [a, b] = [roll.addHosts(6, 'a'), roll.addHosts(6, 'b')];
      const { metrics } = roll.startReconciler();
      await roll.settle();
      silence(a, 'drops');
      silence(b.slice(0, 1), 'drops');
      await roll.pass(3 * MINUTE_MS);
      expect(roll.losses()).toEqual([b[0]!.server]);
      for (const host of a) expect(answersOf(host)).toEqual(['live', 'protected']);
      for (const host of b.slice(1)) expect(answersOf(host)).toEqual(['live']);
      expect(await sample(metrics, 'protection_on', { zone: 'a' })).toBe(1);
      expect(await sample(metrics, 'protection_on', { zone: 'b' })).toBeUndefined();
    });

    /** When each of these was let go, in seconds since they died. */
    function lossesSince(dead: readonly Host[], diedAtMs: number): number[] {
      return dead.map((host) => (roll.lostAtMs(host, diedAtMs)! - diedAtMs) / 1_000);
    }

    it.each([
      ['a) by refusal, within a minute', 'refuses', 5, 60],
      ['b) by silence, after a minute and within two', 'drops', 60, 120],
    ] as const)('F9: lets 60 %% go that are dead %s', async (_how, port, fromS, toS) => {
      const { intervalMs } = roll.policy;
      const hosts = roll.addHosts(40);
      roll.startReconciler();
      await roll.settle();
      const dead = hosts.slice(0, 24);
      silence(dead, port);
      const diedAtMs = roll.nowMs;
      await roll.pass(3 * MINUTE_MS);
      const lostAfterS = lossesSince(dead, diedAtMs);
      expect(Math.min(...lostAfterS)).toBeGreaterThan(fromS);
      expect(Math.max(...lostAfterS)).toBeLessThan(toS);
      for (const atS of lostAfterS) {
        const together = lostAfterS.filter((s) => s >= atS && s < atS + intervalMs / 1_000);
        expect(together.length).toBeLessThanOrEqual(0.15 * 40);
      }
      expect(roll.losses('dead').sort()).toEqual(dead.map(({ server }) => server).sort());
      for (const host of hosts.slice(24)) expect(answersOf(host)).toEqual(['live']);
      expect(await protections()).toEqual([]);
    });

    it('lets them go in random order', async () => {
      const orders = [];
      for (const share of [0, 0.999]) {
        roll = new JudgedRoll();
        const hosts = roll.addHosts(10);
        roll.startReconciler({ random: () => share });
        await roll.settle();
        silence(hosts.slice(0, 6), 'refuses');
        await roll.pass(2 * MINUTE_MS);
        expect(roll.losses('dead')).toHaveLength(6);
        orders.push(roll.losses('dead'));
        await roll.stop();
      }
      expect(orders[0]).not.toEqual(orders[1]);
    });

    it('holds on whom it may not let go yet, whatever becomes of the probes', async () => {
      const { hosts } = await ten();
      jest.spyOn(roll.store, 'release').mockResolvedValue({ kind: 'paced' });
      const dead = hosts.slice(0, 6);
      silence(dead, 'refuses');
      await roll.pass(14_000);
      for (const host of dead) host.port = 'hangs';
      const hold = jest.spyOn(roll.store, 'hold');
      await roll.pass(9_000);
      expect(new Set(hold.mock.calls.map(([{ server }]) => server)).size).toBe(6);
    });

    it('loses nobody to the reconciler’s own trouble, nor to a zone that is out of its reach', async () => {
      const { hosts, reconciler } = await ten();
      for (const { server } of hosts) reconciler.sees.set(server, 'drops');
      silence(hosts.slice(0, 6), 'answers');
      await roll.pass(5 * MINUTE_MS);
      expect(roll.losses()).toEqual([]);
    });

    it('ends a protection after its time, and what it held with it', async () => {
      const holdMaxMs = 3 * MINUTE_MS;
      roll = new JudgedRoll({ holdMaxMs });
      const { hosts } = await ten();
      silence(hosts, 'drops');
      const since = roll.nowMs;
      await roll.pass(holdMaxMs + MINUTE_MS);
      expect(roll.losses('hold-expired')).toHaveLength(10);
      for (const host of hosts) {
        expect(roll.lostAtMs(host)! - since).toBeLessThanOrEqual(holdMaxMs + 2_000);
      }
      expect(await protections()).toEqual([]);
    });

    it('judges one by one after an operator has ended it', async () => {
      const { hosts } = await ten();
      silence(hosts.slice(0, 6), 'drops');
      hosts[0]!.port = 'answers';
      await roll.pass(MINUTE_MS / 2);
      const [protection] = await protections();
      await roll.store.changeProtection('', protection!.version, {
        to: 'ended',
        reason: 'operator',
      });
      await roll.pass(MINUTE_MS);
      expect(roll.losses()).toHaveLength(5);
      expect(answersOf(hosts[0]!, roll.nowMs - 1_000)).toEqual(['held']);
    });
  });

  describe('beside another', () => {
    it('does not let a server go that the other can reach', async () => {
      const { first, reconciler } = await ten();
      roll.startReconciler();
      reconciler.sees.set(first.server, 'drops');
      silence([first], 'answers');
      await roll.pass(5 * MINUTE_MS);
      expect(answersOf(first)).toEqual(['live', 'held']);
      const vouched = { reason: 'dead', outcome: 'vouched' };
      expect(await sample(reconciler.metrics, 'releases_total', vouched)).toBeGreaterThan(5);
      first.port = 'drops';
      const diedAtMs = roll.nowMs;
      await roll.pass(MINUTE_MS);
      expect(roll.lostAtMs(first, diedAtMs)! - diedAtMs).toBeLessThanOrEqual(PERIOD_MS + 3_000);
    });

    it('tells each death once', async () => {
      const { hosts } = await ten();
      roll.startReconciler();
      silence(hosts.slice(0, 6), 'refuses');
      await roll.pass(3 * MINUTE_MS);
      expect(roll.losses().sort()).toEqual(
        hosts
          .slice(0, 6)
          .map(({ server }) => server)
          .sort(),
      );
    });
  });

  it.each([
    ['stood still', () => roll.standStill(MINUTE_MS / 3)],
    ['slept with its machine', () => roll.sleep(MINUTE_MS / 3)],
  ])('F27: releases nobody on what it knew before it %s', async (_how, pause) => {
    const { hosts, reconciler } = await ten();
    silence(hosts.slice(0, 6), 'drops');
    await roll.pass(MINUTE_MS);
    const release = jest.spyOn(roll.store, 'release');
    pause();
    await roll.pass(MINUTE_MS / 2);
    expect(release).not.toHaveBeenCalled();
    expect(roll.losses()).toEqual([]);
    expect(reconciler.judge.problem()).toBeUndefined();
    await roll.pass(2 * MINUTE_MS);
    expect(roll.losses('dead')).toHaveLength(6);
  });

  it('only holds on who is held until every live agent was heard, whoever is protected', async () => {
    const { hosts } = await ten();
    const [late] = hosts.slice(6);
    silence(hosts.slice(0, 6), 'drops');
    await roll.pass(MINUTE_MS / 2);
    expect(await protections()).toHaveLength(1);
    await roll.pass(5_000);
    const [release, change] = (['release', 'changeProtection'] as const).map((write) =>
      jest.spyOn(roll.store, write),
    );
    const hold = jest.spyOn(roll.store, 'hold');
    const { survey } = InMemorySessionStore.prototype;
    jest.spyOn(roll.store, 'survey').mockImplementation(async (lateMax) => ({
      ...(await survey.call(roll.store, lateMax)),
      ...{ heard: false, settled: false },
    }));
    silence([late!], 'answers');
    await roll.pass(2 * MINUTE_MS);
    expect(release).not.toHaveBeenCalled();
    expect(change).not.toHaveBeenCalled();
    const heldOn = new Set(hold.mock.calls.map(([{ server }]) => server));
    expect([...heldOn].sort()).toEqual(
      hosts
        .slice(0, 6)
        .map(({ server }) => server)
        .sort(),
    );
  });

  it('F9: confirms deaths by silence, too, when few of the silent are left in a protected zone', async () => {
    roll.addHosts(6);
    const hosts = roll.hosts.slice(0, 6);
    roll.startReconciler();
    await roll.settle();
    silence(hosts.slice(0, 3), 'drops');
    await roll.pass(MINUTE_MS / 2);
    expect(await protections()).toHaveLength(1);
    Object.assign(hosts[0]!, { reports: true, port: 'answers' });
    await roll.pass(3 * MINUTE_MS);
    expect(roll.losses('dead').sort()).toEqual([hosts[1]!.server, hosts[2]!.server].sort());
  });

  it('I1: holds on who was held before an outage as soon as it is over', async () => {
    const { first } = await ten();
    silence([first], 'answers');
    await roll.pass(MINUTE_MS);
    roll.store.goDown('unreachable');
    await roll.pass(MINUTE_MS);
    roll.store.comeBack();
    await roll.pass(3_000);
    const onAgainMs = roll.nowMs;
    await roll.pass(MINUTE_MS);
    expect(answersOf(first, onAgainMs)).toEqual(['held']);
  });

  it('I1: holds whose agent died in an outage before the roll settles: nobody is told that they are gone', async () => {
    const { first } = await ten();
    roll.store.goDown('unreachable');
    silence([first], 'answers');
    await roll.pass(MINUTE_MS);
    roll.store.comeBack();
    const onAgainMs = roll.nowMs;
    await roll.pass(MINUTE_MS);
    expect(answersOf(first, onAgainMs)).toEqual(['unsettled', 'held']);
    expect(roll.losses()).toEqual([]);
  });

  it('acts on a verdict when it comes, not a turn later', async () => {
    const { first, reconciler } = await ten();
    const hold = jest.spyOn(roll.store, 'hold');
    silence([first], 'answers');
    while (reconciler.probed.length === 0) await roll.pass(100);
    await roll.pass(100);
    expect(hold).toHaveBeenCalledTimes(1);
  });

  it('says once that the store fails, forgets what it showed, and goes on when it is back', async () => {
    const { first, reconciler } = await ten();
    silence([first], 'answers');
    await roll.pass(30_000);
    roll.store.goDown('unreachable');
    await roll.pass(3_000);
    const failure = `late servers are not judged: ${new StoreUnavailableError('unreachable').message}`;
    expect(texts().filter((text) => text === failure)).toHaveLength(1);
    expect(await sample(reconciler.metrics, 'held_servers')).toBeUndefined();
    expect(reconciler.judge.problem()).toBeUndefined();
    roll.store.comeBack();
    await roll.pass(2_000);
    expect(texts()).toContain('late servers are judged again');
  });

  it('tells a fault that is not the store’s as an error, and goes on', async () => {
    await ten();
    jest.spyOn(roll.store, 'survey').mockRejectedValueOnce(new TypeError('a bug'));
    await roll.pass(3_000);
    expect(told).toMatchObject([
      { level: 'error', text: 'late servers are not judged' },
      { level: 'log', text: 'late servers are judged again' },
    ]);
  });

  it('is stuck when a turn never ends', async () => {
    const { reconciler } = await ten();
    jest.spyOn(roll.store, 'survey').mockReturnValue(new Promise(() => undefined));
    await roll.pass(MINUTE_MS / 2);
    expect(reconciler.judge.problem()).toBeUndefined();
    await roll.pass(5_000);
    expect(reconciler.judge.problem()).toMatch(/has not turned for \d+ ms/);
    roll = new JudgedRoll();
  });

  it('names few of many held servers, and counts the rest', async () => {
    const hosts = roll.addHosts(100);
    roll.startReconciler();
    await roll.settle();
    silence(hosts.slice(0, 25), 'answers');
    await roll.pass(2 * MINUTE_MS);
    expect(texts().filter((text) => text.includes('its agent is silent'))).toHaveLength(20);
    expect(told.find(({ text }) => text.startsWith('more servers are held'))?.fields).toEqual({
      servers: 5,
    });
  });
});

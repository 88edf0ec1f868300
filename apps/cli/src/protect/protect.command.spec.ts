import { aReport, FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { keepWritten, runOn } from '../testing/command-run';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock(Date.UTC(2026, 10, 21, 14, 3, 0));
const store = new InMemorySessionStore({ clock });
const fleet = new SilentFleet(store, clock);
const run = (...argv: string[]) => runOn(store, ['protect', ...argv]);
const stateOf = async (zone: string) =>
  (await store.survey(1)).protections.find((protection) => protection.zone === zone)?.state;

beforeEach(() => {
  jest.restoreAllMocks();
  clock.set(Date.UTC(2026, 10, 21, 14, 3, 0));
  store.comeBack({ empty: true });
});

/** Three of four servers of each zone are late, and it is protected. */
async function protect(...zones: string[]): Promise<void> {
  const hosts = zones.flatMap((zone) => [1, 2, 3].map((n) => ({ server: `h${zone}-${n}`, zone })));
  await fleet.fallsLate(...hosts.map((host) => aReport(host)));
  for (const zone of zones) {
    await store.report(aReport({ server: `h${zone}-live`, zone }));
    await fleet.protects(zone, 3, 4);
  }
}

describe('rollcall protect', () => {
  it('says that no zone is protected, and when one would be', async () => {
    await keepWritten(store, clock);
    await store.report(aReport());

    expect(await run()).toMatchObject({
      exitCode: 0,
      out:
        'No zone is protected. 1 server on the roll, 0 late.\n' +
        'A zone is protected from 30 % of its servers on, and at least 3, that are late at once.\n',
    });
  });

  it('shows who is protected, since when, how many are late, and both ends', async () => {
    await protect('eu-1a');
    await store.report(aReport({ server: 'gpu-9' }));
    clock.advance(60_000);

    const { exitCode, out } = await run();

    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      '!! PROTECTED: the zone eu-1a, since 2026-11-21T14:03:15Z',
      '!!   4 of 4 servers late now, 3 of 4 when it began',
      '!!   ends below 15 % late, in 29 min at the latest',
      '!!   ends now with: rollcall protect off --zone eu-1a',
      '!! Silence is no evidence there: who is late is believed until confirmed dead.',
      '',
      'ZONE   STATE      LATE  SERVERS  SHARE',
      '–      –             1        1  100 %',
      'eu-1a  protected     4        4  100 %',
      '',
      '5 servers on the roll, 5 late.',
      'A zone is protected from 30 % of its servers on, and at least 3, that are late at once.',
      'The roll is not settled: nobody is called late before it is.',
      '',
    ]);
  });

  it('is one JSON document for programs', async () => {
    await protect('eu-1a');
    clock.advance(1_000);

    expect(JSON.parse((await run('--json')).out)).toEqual({
      settled: true,
      servers: 4,
      late: 3,
      protections: [
        {
          zone: 'eu-1a',
          since: '2026-11-21T14:03:15Z',
          protectedForMs: 1_000,
          late: 3,
          servers: 4,
          lateAtStart: 3,
          serversAtStart: 4,
          endsBelowShare: 0.15,
          endsInMs: 1_799_000,
          off: 'rollcall protect off --zone eu-1a',
        },
      ],
      zones: [{ zone: 'eu-1a', state: 'protected', late: 3, servers: 4 }],
    });
  });

  it('does not call protected what has lasted as long as it may, though nobody has ended it', async () => {
    await protect('eu-1a');
    await keepWritten(store, clock, 1_800_000);

    expect(JSON.parse((await run('--json')).out)).toMatchObject({
      protections: [],
      zones: [{ zone: 'eu-1a', state: 'ended' }],
    });
  });
});

describe('rollcall protect off', () => {
  it('ends the protection of the one zone that has one, and says what follows', async () => {
    await protect('eu-1a');
    clock.advance(2_000);

    expect(await run('off')).toMatchObject({
      exitCode: 0,
      out:
        'The zone eu-1a is no longer protected. It was for 2.0 s; 3 of 4 servers are late now.\n' +
        'The silent are judged by the ordinary rules from now on.\n' +
        'Whose DCV port answers is held on; the others are struck off with their sessions, within 20 s.\n' +
        'Protection starts there again only after fewer than 15 % were late.\n',
    });
    expect(await stateOf('eu-1a')).toBe('ended');
    expect(store.events().at(-1)).toMatchObject({
      type: 'protection.ended',
      zone: 'eu-1a',
      reason: 'operator',
    });
    expect((await run()).out).toContain(
      'ended: it starts again only after fewer than 15 % were late.',
    );
  });

  it('wants to know which zone when several are protected, and changes nothing', async () => {
    await protect('a', 'b');

    expect(await run('off')).toMatchObject({
      exitCode: 2,
      out: '',
      err: 'rollcall: several zones are protected: the zone a, the zone b; say --zone ZONE or --all\n',
    });
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['on', 'on']);
  });

  it('ends those that are named, or all', async () => {
    await protect('a', 'b', 'c', '');

    expect(await run('off', '--zone', 'a', '--zone', '')).toMatchObject({ exitCode: 0 });
    expect([await stateOf('a'), await stateOf(''), await stateOf('b')]).toEqual([
      'ended',
      'ended',
      'on',
    ]);

    const { exitCode, out } = await run('off', '--all', '--json');
    expect([exitCode, JSON.parse(out).ended]).toEqual([0, ['b', 'c']]);
    expect([await stateOf('b'), await stateOf('c')]).toEqual(['ended', 'ended']);
  });

  it('exits 1 when there is nothing to end', async () => {
    await keepWritten(store, clock);

    for (const argv of [[], ['--all']]) {
      expect(await run('off', ...argv)).toMatchObject({
        exitCode: 1,
        out: 'No zone is protected: there is nothing to end.\n',
      });
    }
    expect(await run('off', '--zone', 'a')).toMatchObject({
      exitCode: 1,
      out: 'The zone a is not protected.\n',
    });
  });

  it('tells that somebody else was faster, and exits 1', async () => {
    await protect('a');
    const change = store.changeProtection.bind(store);
    jest.spyOn(store, 'changeProtection').mockImplementationOnce(async (zone, version, wanted) => {
      await change(zone, version, { to: 'off' });
      return change(zone, version, wanted);
    });

    expect(await run('off', '--zone', 'a')).toMatchObject({
      exitCode: 1,
      out: 'The zone a is no longer protected: somebody else was faster.\n',
    });
    expect(store.events().at(-1)).toMatchObject({ reason: 'recovered' });
  });

  it('does not end another protection than the one it has seen', async () => {
    await protect('a');
    const change = store.changeProtection.bind(store);
    jest.spyOn(store, 'changeProtection').mockImplementationOnce(async (zone, version, wanted) => {
      await change(zone, version, { to: 'off' });
      clock.advance(1_000);
      await fleet.protects(zone, 3, 4);
      return change(zone, version, wanted);
    });

    const { exitCode, out } = await run('off', '--zone', 'a', '--json');

    expect([exitCode, JSON.parse(out)]).toEqual([
      1,
      { ended: [], zones: [{ zone: 'a', outcome: 'changed', on: true }] },
    ]);
    expect(await stateOf('a')).toBe('on');
  });

  it('needs a store that takes writes', async () => {
    await protect('a');
    store.goDown('refused');

    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(await run('off')).toMatchObject({ exitCode: 3, out: '' });
  });
});

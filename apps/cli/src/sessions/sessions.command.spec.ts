import { aReport, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import { runOn, keepWritten, UNSETTLED, type Scene } from '../testing/command-run';
import { RecordingTerminal } from '../testing/recording-terminal';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const fleet = new SilentFleet(store, clock);
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall sessions', () => {
  it('shows every session, by server', async () => {
    await store.report(aReport({ server: 'gpu-1', sessions: ['console', 'cad'] }));
    await store.report(aReport({ server: 'gpu-2', sessions: ['console'] }));

    expect((await run(['sessions', '--server', 'gpu-1'])).out.split('\n')).toEqual([
      'SESSION        BARE ID    SERVER  ENDPOINT       STATE  LEASE LEFT',
      'gpu-1~cad      ok         gpu-1   10.0.0.1:8443  live         20 s',
      'gpu-1~console  ambiguous  gpu-1   10.0.0.1:8443  live         20 s',
      '',
      '2 sessions on 1 server',
      UNSETTLED,
      '',
    ]);
  });

  it('shows until when a held session is answered, under a banner while a zone is protected', async () => {
    await fleet.fallsLate(
      ...['a', 'b', 'c'].map((server) => aReport({ server, sessions: [server] })),
    );
    await fleet.protects('', 3, 3);
    await fleet.holds('a', 'protection');
    clock.advance(1_500);

    const { out } = await run(['sessions']);

    expect(out).toMatch(/^!! PROTECTED: the zone of all servers without one, since \S+Z\n/);
    expect(out).toContain("ends now with: rollcall protect off --zone ''\n");
    expect(out).toContain('\na~a      ok       a       10.0.0.1:8443  protected        18 s\n');
    expect(JSON.parse((await run(['sessions', '--json'])).out)).toMatchObject({
      protections: [{ zone: '', late: 3, servers: 3 }],
      sessions: [{ id: 'a~a', state: 'protected', leaseLeftMs: 18_500 }, {}, {}],
    });
  });

  it('exits 1 when the servers named have none', async () => {
    await keepWritten(store, clock);

    expect(await run(['sessions', '--server', 'gpu-9'])).toMatchObject({
      exitCode: 1,
      out: 'No session matches.\n',
    });
    expect(await run(['sessions'])).toMatchObject({
      exitCode: 0,
      out: 'No session is on the roll.\n',
    });
  });

  it('prints no new table while nothing but time passes', async () => {
    await store.report(aReport());
    const looks = [
      () => clock.advance(1_000),
      (terminal: RecordingTerminal) => terminal.pressCtrlC(),
    ];

    const { out } = await run(['sessions', '--watch'], {
      meanwhile: (terminal) => looks.shift()!(terminal),
    });

    expect(out.match(/SESSION/g)).toHaveLength(1);
  });
});

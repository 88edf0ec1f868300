import { aReport, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import { runOn, keepWritten, UNSETTLED, type Scene } from '../testing/command-run';
import { RecordingTerminal } from '../testing/recording-terminal';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const fleet = new SilentFleet(store, clock);
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall servers', () => {
  it('shows the roll', async () => {
    await store.report(aReport({ server: 'gpu-2', sessions: [] }));
    await store.report(aReport({ server: 'gpu-1', zone: 'a' }));

    const { exitCode, out, roll } = await run(['servers']);

    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'SERVER  STATE  ZONE  ENDPOINT       QUIC  SESSIONS   REPORTED  LEASE LEFT',
      'gpu-1   live   a     10.0.0.1:8443  8443         1  0.0 s ago        20 s',
      'gpu-2   live   –     10.0.0.1:8443  8443         0  0.0 s ago        20 s',
      '',
      '2 servers: 2 live · 1 session',
      UNSETTLED,
      '',
    ]);
    expect(roll.closed).toBe(1);
  });

  it('is one JSON document for programs', async () => {
    await store.report(aReport({ server: 'gpu-1' }));

    const { out } = await run(['servers', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      settled: false,
      servers: [{ server: 'gpu-1', state: 'live' }],
    });
  });

  it('calls an empty roll empty, which is no failure', async () => {
    await keepWritten(store, clock);

    expect(await run(['servers'])).toMatchObject({ exitCode: 0, out: 'Nobody is on the roll.\n' });
    const { exitCode, out } = await run(['servers', '--json']);
    expect([exitCode, JSON.parse(out)]).toEqual([
      0,
      { settled: true, protections: [], servers: [] },
    ]);
  });

  it('shows who is held and by what, until when, under a banner while a zone is protected', async () => {
    const zone = 'eu-1a';
    await fleet.fallsLate(...['a', 'b', 'c', 'd'].map((server) => aReport({ server, zone })));
    await fleet.holds('b', 'probe');
    await fleet.protects(zone, 4, 4);
    await fleet.holds('a', 'protection');
    clock.advance(1_000);

    const { out } = await run(['servers']);

    expect(out.split('\n').map((line) => line.replace(/\d+ s ago|since .*/, '…'))).toEqual([
      '!! PROTECTED: the zone eu-1a, …',
      '!!   4 of 4 servers late now, 4 of 4 when it began',
      '!!   ends below 15 % late, in 29 min 59 s at the latest',
      '!!   ends now with: rollcall protect off --zone eu-1a',
      '!! Silence is no evidence there: who is late is believed until confirmed dead.',
      '',
      'SERVER  STATE      ZONE   ENDPOINT       QUIC  SESSIONS  REPORTED  LEASE LEFT',
      'a       protected  eu-1a  10.0.0.1:8443  8443         1  …        19 s',
      'b       held       eu-1a  10.0.0.1:8443  8443         1  …        19 s',
      expect.stringMatching(/^c {7}late .* \d\.\d s$/),
      expect.stringMatching(/^d {7}late .* \d\.\d s$/),
      '',
      '4 servers: 2 late, 1 held, 1 protected · 4 sessions',
      '',
    ]);
    expect((await run(['servers', '--state', 'held', 'protected', '--json'])).out).toMatch(
      /"protections": \[\n {4}\{\n {6}"zone": "eu-1a",[^]*"server": "a"[^]*"server": "b"/,
    );
  });

  it('prints anew when a protection begins and ends, not while it lasts', async () => {
    await fleet.fallsLate(...['a', 'b', 'c'].map((server) => aReport({ server, zone: 'z' })));
    const looks = [
      () => fleet.protects('z', 3, 3),
      () => clock.advance(1_000),
      () => fleet.recovers('z'),
      (terminal: RecordingTerminal) => terminal.pressCtrlC(),
    ];

    const { out } = await run(['servers', '--watch'], {
      meanwhile: (terminal) => looks.shift()!(terminal),
    });

    expect(out.match(/^(SERVER|!! PROTECTED)/gm)).toEqual([
      'SERVER',
      '!! PROTECTED',
      'SERVER',
      'SERVER',
    ]);
  });

  it('exits 1 when a filter matches nobody', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ zone: 'a' }));

    expect(await run(['servers', '--state', 'lapsed'])).toMatchObject({
      exitCode: 1,
      out: 'No server matches.\n',
    });
    expect(await run(['servers', '--zone', 'b', '--json'])).toMatchObject({ exitCode: 1 });
    expect(await run(['servers', '--zone', 'a'])).toMatchObject({ exitCode: 0 });
  });

  it('goes on until Ctrl-C with --watch, with one line of JSON per change', async () => {
    await store.report(aReport({ server: 'gpu-1' }));
    const changes = [
      () => clock.advance(1_000),
      () => store.report(aReport({ server: 'gpu-2' })),
      (terminal: RecordingTerminal) => terminal.pressCtrlC(),
    ];

    const { exitCode, out } = await run(['servers', '--watch', '--json'], {
      meanwhile: (terminal) => changes.shift()!(terminal),
    });

    expect(exitCode).toBe(0);
    const documents = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(({ servers }) => servers.length)).toEqual([1, 2]);
  });
});

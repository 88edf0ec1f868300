import { aReport, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import { runOn, keepWritten, UNSETTLED, type Scene } from '../testing/command-run';
import { RecordingTerminal } from '../testing/recording-terminal';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall sessions', () => {
  it('shows every session, by server', async () => {
    await store.report(aReport({ server: 'gpu-1', sessions: ['console', 'cad'] }));
    await store.report(aReport({ server: 'gpu-2', sessions: ['console'] }));

    expect((await run(['sessions', '--server', 'gpu-1'])).out.split('\n')).toEqual([
      'SESSION        BARE ID    SERVER  ENDPOINT       STATE',
      'gpu-1~cad      ok         gpu-1   10.0.0.1:8443  live',
      'gpu-1~console  ambiguous  gpu-1   10.0.0.1:8443  live',
      '',
      '2 sessions on 1 server',
      UNSETTLED,
      '',
    ]);
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

import { aReport, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import type { RollEvent } from '../roll/roll';
import { runOn, type Scene } from '../testing/command-run';
import { RecordingTerminal } from '../testing/recording-terminal';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const fleet = new SilentFleet(store, clock);
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

async function* eventsOf(...events: RollEvent[]): AsyncIterable<RollEvent> {
  yield* events;
}

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall watch', () => {
  const at = Date.UTC(2026, 10, 21, 14, 3, 12);
  const opened: RollEvent = {
    id: `${at}-0`,
    type: 'session.opened',
    fields: { at: String(at), server: 'gpu-1', session: 'console' },
  };
  const lost: RollEvent = {
    id: `${at}-1`,
    type: 'server.lost',
    fields: { at: String(at), server: 'gpu-1', reason: 'lapsed', sessions: '1' },
  };

  it('shows events as they come, from now on', async () => {
    const { exitCode, out, err, roll } = await run(['watch'], {
      events: () => eventsOf(opened, lost),
    });

    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      '2026-11-21T14:03:12Z  session.opened      gpu-1~console',
      '2026-11-21T14:03:12Z  server.lost         gpu-1                     lapsed, 1 session',
      '',
    ]);
    expect(err).toBe('');
    expect(roll.reading?.from).toBe('$');
  });

  it('is one JSON object per line for programs, with numbers as numbers', async () => {
    const { out } = await run(['watch', '--json'], { events: () => eventsOf(lost) });

    expect(out).toBe(
      `{"id":"${at}-1","type":"server.lost","at":${at},"server":"gpu-1","reason":"lapsed","sessions":1}\n`,
    );
  });

  it('shows only the types asked for', async () => {
    const { out } = await run(['watch', '--type', 'server.lost', 'server.joined'], {
      events: () => eventsOf(opened, lost),
    });

    expect(out).toMatch(/^\S+ {2}server\.lost [^\n]*\n$/);
  });

  it('says on stderr at the start which zones are protected', async () => {
    await fleet.fallsLate(...['a', 'b', 'c'].map((server) => aReport({ server, zone: 'z' })));
    await fleet.protects('z', 3, 3);

    const { out, err } = await run(['watch', '--json'], { events: () => eventsOf(lost) });

    expect(err).toMatch(/^!! PROTECTED: the zone z, since /);
    expect(out.split('\n')).toHaveLength(2);
  });

  it('does not keep a protection from those who watch something else', async () => {
    const started: RollEvent = {
      id: `${at}-2`,
      type: 'protection.started',
      fields: { at: String(at), zone: 'z', late: '3', servers: '9' },
    };

    const { out, err } = await run(['watch', '--type', 'server.lost'], {
      events: () => eventsOf(started, opened, lost),
    });

    expect(out).toMatch(/^\S+ {2}server\.lost [^\n]*\n$/);
    expect(err).toMatch(/^\S+Z {2}protection\.started {2}zone z +3 late, of 9 servers\n$/);
  });

  it('starts so long ago by the store’s clock, or after an event', async () => {
    const ago = await run(['watch', '--since', '15m']);
    expect(ago.roll.reading?.from).toBe(`${clock.now() - 900_000}-0`);

    const after = await run(['watch', '--since', '5-1']);
    expect(after.roll.reading?.from).toBe('5-1');
  });

  it('says when the store goes away and when it is back', async () => {
    const { err } = await run(['watch'], {
      events: async function* ({ connectionLost, connectionBack }) {
        connectionLost();
        connectionBack();
        yield* eventsOf();
      },
    });

    expect(err.split('\n')).toEqual([
      'rollcall: the session store does not answer: REDIS_URL is redis://roll.example:6379/0; waiting for it',
      'rollcall: the session store answers again',
      '',
    ]);
  });

  it('says what was trimmed away before it could be told', async () => {
    const { err } = await run(['watch'], {
      events: async function* ({ missed, startsLate }) {
        startsLate(`${Date.UTC(2026, 10, 21, 14, 3, 12)}-0`);
        missed(1);
        missed(120);
        yield* eventsOf();
      },
    });

    expect(err.split('\n')).toEqual([
      'rollcall: what happened before 2026-11-21T14:03:12Z is no longer held',
      'rollcall: 1 event was trimmed away before it was read',
      'rollcall: 120 events were trimmed away before they were read',
      '',
    ]);
  });

  it('ends at Ctrl-C', async () => {
    const terminal = new RecordingTerminal();
    const { exitCode } = await run(['watch'], {
      terminal,
      events: async function* ({ signal }) {
        yield opened;
        terminal.pressCtrlC();
        if (!signal.aborted) yield lost;
      },
    });

    expect(exitCode).toBe(0);
    expect(terminal.outText).not.toContain('server.lost');
  });
});

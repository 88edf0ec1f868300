import { aReport, InMemorySessionStore } from '@rollcall/testing';
import { runOn, type Scene } from '../testing/command-run';

const store = new InMemorySessionStore();
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall evict', () => {
  it('strikes a living server off, and says what brings it back', async () => {
    await store.report(aReport({ sessions: ['console', 'cad'] }));

    expect(await run(['evict', 'gpu-1'])).toMatchObject({
      exitCode: 0,
      out: 'gpu-1 is struck off, with 2 sessions. If its agent lives, its next report brings it back.\n',
    });
    expect((await store.servers(0, 10)).servers).toEqual([]);
  });

  it('exits 1 when the server is not on the roll', async () => {
    expect(await run(['evict', 'gpu-9'])).toMatchObject({
      exitCode: 1,
      out: 'gpu-9 is not on the roll.\n',
    });
  });

  it('is one JSON document for programs', async () => {
    await store.report(aReport());

    expect(JSON.parse((await run(['evict', 'gpu-1', '--json'])).out)).toEqual({
      server: 'gpu-1',
      outcome: 'evicted',
      sessions: 1,
    });
    expect(JSON.parse((await run(['evict', 'gpu-1', '--json'])).out)).toEqual({
      server: 'gpu-1',
      outcome: 'gone',
    });
  });
});

import { DEFAULT_BELIEF } from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore, localId, serverId } from '@rollcall/testing';
import { keepWritten, runOn, type Scene } from '../testing/command-run';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const { policy } = store;
const fleet = new SilentFleet(store, clock);
const run = (id: string, scene?: Scene) => runOn(store, ['explain', id], scene);

beforeEach(() => {
  clock.set(Date.UTC(2026, 10, 21, 14, 3, 0));
  store.comeBack({ empty: true });
});

const SETTLED =
  'The roll\n' +
  '  It is settled: who is absent is 404, and who falls silent is judged. A resolver whose own renewals fail answers as if it were not.\n';

describe('rollcall explain', () => {
  it('explains a session that is there, and its server', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ boot: 7, sequence: 12, endpoint: { quicPort: 0 } }));
    clock.advance(2_000);
    await store.renew();

    const { exitCode, out, err } = await run('gpu-1~console');

    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toBe(
      'Session gpu-1~console\n' +
        '  A lookup for HTTP is answered 200 live: 10.0.0.1:8443.\n' +
        '  A lookup for QUIC is answered 404 TRANSPORT_NOT_OFFERED.\n' +
        '  gpu-1 has it by its last report, 2.0 s ago, and is believed on that, for another 18 s.\n' +
        '\n' +
        'Server gpu-1\n' +
        '  Its last report, number 12 of boot 7, was applied 2.0 s ago.\n' +
        '  It is live: its lease lasts for another 18 s, and a report is due every 5.0 s.\n' +
        '  It has 1 session, and its DCV server answers.\n' +
        '  Its address 10.0.0.1:8443 (no QUIC) is allowed by ENDPOINT_ALLOW and ENDPOINT_PORTS as set here.\n' +
        '  It is in the zone of all servers without one, which is not protected: fewer than 3 on the roll are late.\n' +
        '\n' +
        SETTLED +
        '\n' +
        'Next\n' +
        '  Nothing is to be done.\n',
    );
  });

  it('tells of a late server what decides about it', async () => {
    await fleet.fallsLate(aReport());

    const { out } = await run('gpu-1');

    expect(out).not.toContain('Session');
    expect(out).toContain('It is late: a report is due every 5.0 s. It is believed for another ');
    expect(out).toContain('A reconciler probes its DCV port: if it answers, the server is held');
    expect(out).toContain('Look at the host of gpu-1, then at the log of its agent.');
  });

  it('tells of a held server on whose word, until when, and at the longest', async () => {
    await fleet.fallsLate(aReport());
    await fleet.holds('gpu-1', 'probe');
    clock.advance(1_000);

    const { exitCode, out } = await run('gpu-1~console');

    expect(exitCode).toBe(0);
    expect(out).toContain('A lookup for HTTP is answered 200 stale (held): 10.0.0.1:8443.\n');
    expect(out).toMatch(
      / {2}gpu-1 had it in its last report, 1\d s ago\. Its agent is silent since, but its DCV port has answered a reconciler: it is held, for another 19 s\.\n/,
    );
    expect(out).toContain(
      'It is held: a reconciler has extended its lease on its own word, as its DCV port has answered a probe.\n',
    );
    expect(out).toMatch(
      /The hold ends in 19 s unless a reconciler renews it, and in 29 min 4\d s in any case\.\n/,
    );
    expect(out).toContain('its agent is silent: look at the log of its agent, and restart it.\n');
  });

  it('tells of a held server that another one has its address now', async () => {
    await fleet.fallsLate(aReport());
    await fleet.holds('gpu-1', 'probe');
    await store.report(aReport({ server: 'gpu-2', sessions: [] }));

    expect((await run('gpu-1')).out).toContain('Another server has reported its address since');
  });

  it('tells of a protected zone, and shouts as every command does', async () => {
    const zone = 'eu-1a';
    await fleet.fallsLate(...['a', 'b', 'c', 'd'].map((server) => aReport({ server, zone })));
    await fleet.protects(zone, 4, 4);
    await fleet.holds('a', 'protection');

    const { out, err } = await run('a~console');

    expect(out).toContain('is answered 200 stale (protected): 10.0.0.1:8443.\n');
    expect(out).toContain('as are so many of its zone that it is no evidence: it is held');
    expect(out).toContain('as its zone is protected, and its death is not confirmed.\n');
    expect(out).toMatch(
      /It is in the zone eu-1a, which is protected since \S+Z: 4 of 4 servers there are late\.\n/,
    );
    expect(out).toContain('If they really are dead: rollcall protect off --zone eu-1a\n');
    expect(err).toMatch(/^!! PROTECTED: the zone eu-1a, since/);
    expect((await run('b')).out).toContain('Its zone is protected: a reconciler holds it');
  });

  it('tells of a hold that protection has left behind what becomes of it', async () => {
    await fleet.fallsLate(...['a', 'b', 'c'].map((server) => aReport({ server, zone: 'z' })));
    await fleet.protects('z', 3, 3);
    await fleet.holds('a', 'protection');
    await fleet.recovers('z');

    const { out } = await run('a');

    expect(out).toContain('as its zone was protected, and its death is not confirmed.\n');
    expect(out).toContain(
      'It is in the zone z, which is not protected: 3 of 3 servers there are late.',
    );
    expect(out).toContain('Wait for the verdict on a, which its zone does not protect any more.');
  });

  it('names who claims an ambiguous id, and what to ask for instead', async () => {
    await keepWritten(store, clock);
    await fleet.fallsLate(aReport());
    await fleet.holds('gpu-1', 'probe');
    await store.report(aReport({ server: 'gpu-2' }));

    const { exitCode, out } = await run('console');

    expect(exitCode).toBe(0);
    expect(out).toContain('A lookup for HTTP is answered 404 SESSION_AMBIGUOUS.\n');
    expect(out).toContain(
      'Several believed servers have a session of this name: gpu-1 (held), gpu-2 (live).\n',
    );
    expect(out).toContain('\nServer gpu-1\n');
    expect(out).toContain('\nServer gpu-2\n');
    expect(out).toContain('Ask for it with its server, as in gpu-1~console.\n');
  });

  it('does not print a whole fleet that claims one id', async () => {
    await keepWritten(store, clock);
    for (let host = 1; host <= 300; host++) await store.report(aReport({ server: `gpu-${host}` }));

    const { out } = await run('console');

    expect(out).toContain(' and 290 more.\n');
    expect(out.match(/^Server /gm)).toHaveLength(3);
    expect(out).toContain('\n\nMore servers: `rollcall explain SERVER`\n');
    expect(JSON.parse((await runOn(store, ['explain', 'console', '--json'])).out)).toMatchObject({
      session: { claimants: expect.arrayContaining(['gpu-300']) },
    });
  });

  it('tells why a believed server does not have it', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ sessions: ['console', 'cad'] }));

    const { exitCode, out } = await run('gpu-1~Console');

    expect(exitCode).toBe(0);
    expect(out).toContain('A lookup for HTTP is answered 404 SESSION_NOT_FOUND.\n');
    expect(out).toContain('does not list it: its last report has console, cad.\n');
    expect(out).toContain('Capitals count.\n');
  });

  it('tells which rule refuses an address', async () => {
    await keepWritten(store, clock);
    await store.report(aReport());

    const { out } = await run('console', { endpointAllow: 'example.org' });

    expect(out).toContain('A lookup for QUIC is answered 404 ENDPOINT_REFUSED.\n');
    expect(out).toContain('is not allowed here: the address is not among ENDPOINT_ALLOW.\n');
    expect(out).toContain('is answered to nobody, as ENDPOINT_ALLOW and ENDPOINT_PORTS are set');
    expect(out).toContain('Compare ENDPOINT_ALLOW and ENDPOINT_PORTS of the resolvers');
  });

  it('tells of a lapsed server that the next sweep strikes it off, and of one that is gone', async () => {
    await store.report(aReport());
    await keepWritten(store, clock, policy.leaseTtlMs);
    expect((await run('gpu-1~console')).out).toMatch(
      /404 SESSION_LAPSED[^]*Its lease has been over for .*\n.*the next sweep strikes it off/,
    );

    await store.evictNow(serverId('gpu-1'));

    const { exitCode, out } = await run('gpu-1');
    expect(exitCode).toBe(0);
    expect(out).toContain('It was struck off or has withdrawn, within the last 15 min.\n');
    expect(out).toContain('--type server.lost` says why gpu-1 went');
  });

  it('tells of a roll that is not settled what is answered meanwhile, and what would settle it', async () => {
    await store.report(aReport());
    clock.advance(policy.leaseTtlMs + 1_000);

    const { exitCode, out } = await run('gpu-1~console');

    expect(exitCode).toBe(0);
    expect(out).toContain('is answered 200 stale (unsettled): 10.0.0.1:8443.\n');
    expect(out).toContain('it is answered from the last record of gpu-1, 21 s old.\n');
    expect(out).toContain('nobody is struck off, and its sessions are answered from its last');
    expect(out).toContain('Wait 9.5 s: so long the roll has to be written without a gap of 5.0 s.');
    expect((await run('nobody')).out).toContain('503 ROLL_WARMING');
  });

  it('tells of a host that is unhealthy, or leaving', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ healthy: false }));
    await store.report(aReport({ server: 'gpu-2', leaving: true }));

    const ill = await run('gpu-1');
    expect(ill.out).toContain('Its DCV server does not answer its own command line');
    expect(ill.out).toContain('Run `dcv list-sessions -j` on the host of gpu-1.\n');
    expect((await run('gpu-2')).out).toContain('It has announced a planned stop');
  });

  it('explains a server and a session that have one name', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ server: 'desk', sessions: [] }));
    await store.report(aReport({ server: 'gpu-2', sessions: ['desk'] }));

    const { out } = await run('desk');

    expect(out).toMatch(/^Session desk\n[^]*\nServer desk\n[^]*\nServer gpu-2\n/);
  });

  it('exits 1 when nothing at all is known', async () => {
    await keepWritten(store, clock);

    for (const id of ['nobody', 'gpu-9~console']) {
      const { exitCode, out } = await run(id);
      expect(exitCode).toBe(1);
      expect(out).toContain('404 SESSION_NOT_FOUND');
    }
    expect((await run('gpu-9~console')).out).toContain(
      'Nothing is known of it: it has not reported to this roll within 15 min.',
    );
  });

  it('calls a malformed id wrong usage, without asking the store', async () => {
    const { exitCode, out, roll } = await run('a\u0007b');

    expect([exitCode, roll.closed]).toEqual([2, 0]);
    expect(out).toMatch(/^400 INVALID_SESSION_ID\n/);
    expect(await run('no server~x')).toMatchObject({ exitCode: 1 });
  });

  it('is one JSON document for programs: the facts, with the sentences beside them', async () => {
    await fleet.fallsLate(aReport({ zone: 'eu-1a' }));
    await fleet.holds('gpu-1', 'probe');

    const { out, err } = await runOn(store, ['explain', 'console', '--json']);

    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      settled: true,
      protections: [],
      session: {
        id: 'console',
        answers: {
          HTTP: { status: 200, stale: 'held', body: expect.objectContaining({ Port: 8443 }) },
          QUIC: { status: 200, stale: 'held', body: expect.objectContaining({ Port: 8443 }) },
        },
        why: expect.stringContaining('gpu-1 had it'),
        claimants: ['gpu-1'],
      },
      servers: [
        expect.objectContaining({
          server: 'gpu-1',
          state: 'held',
          heldBy: 'probe',
          boot: 1,
          sequence: 1,
          leaseLeftMs: policy.leaseTtlMs,
          replaced: false,
          endpointRefusal: null,
          why: expect.arrayContaining([expect.stringContaining('It is held')]),
        }),
      ],
      roll: expect.stringContaining('settled'),
      next: [expect.stringContaining('gpu-1')],
    });
  });

  it('spells out what a terminal would obey', async () => {
    await keepWritten(store, clock);
    await store.report(aReport({ sessions: ['\u202eevil', 'console'] }));

    const { out } = await run('gpu-1~\u202eevil');

    expect(out).toContain('Session gpu-1~\\u{202e}evil\n');
    expect(out).not.toContain('\u202e');
    expect((await run('gpu-1~other')).out).not.toContain('\u202e');
  });

  it('writes nothing', async () => {
    await fleet.fallsLate(aReport());
    await fleet.holds('gpu-1', 'probe');
    store.goDown('refused');

    expect(await run('console')).toMatchObject({ exitCode: 0, err: '' });
  });

  it('never says longer than the longest hold, however it is held', async () => {
    await fleet.fallsLate(aReport());
    const { holdMaxMs } = DEFAULT_BELIEF;
    for (let silentMs = policy.lateAfterMs; silentMs < holdMaxMs - 20_000; silentMs += 15_000) {
      await fleet.holds('gpu-1', 'probe');
      await keepWritten(store, clock, 13_000);
    }
    const [record] = await store.records([serverId('gpu-1')]);

    expect(record?.sessions).toEqual([localId('console')]);
    expect((await run('gpu-1')).out).toMatch(/and in \d+ s in any case/);
  });
});

import { aReport, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import { runOn, keepWritten, type Scene } from '../testing/command-run';
import { SilentFleet } from '../testing/silent-fleet';

const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const fleet = new SilentFleet(store, clock);
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall resolve', () => {
  it('shows what a gateway is told', async () => {
    await store.report(aReport());

    expect(await run(['resolve', 'gpu-1~console'])).toMatchObject({
      exitCode: 0,
      out: '200 OK\nsession    console\nserver     gpu-1\nendpoint   10.0.0.1:8443\ntransport  HTTP\nweb path   /\n',
    });
  });

  it('is the body on the wire with its status for programs', async () => {
    await store.report(aReport({ endpoint: { quicPort: 9443 } }));

    const { out } = await run(['resolve', 'gpu-1~console', '--transport', 'QUIC', '--json']);

    expect(JSON.parse(out)).toEqual({
      status: 200,
      body: {
        SessionId: 'console',
        TransportProtocol: 'QUIC',
        DcvServerEndpoint: '10.0.0.1',
        Port: 9443,
        WebUrlPath: '/',
      },
    });
  });

  it('says that an answer is stale and why, with the banner beside it while a zone is protected', async () => {
    await fleet.fallsLate(...['a', 'b', 'c'].map((server) => aReport({ server, zone: 'z' })));
    await fleet.holds('a', 'probe');
    const held = await run(['resolve', 'a~console']);
    await fleet.protects('z', 3, 3);
    await fleet.holds('b', 'protection');

    expect(held).toMatchObject({ exitCode: 0, err: '' });
    expect(held.out).toMatch(/^200 OK\n[^]*\nstale +held: its agent is silent, but its DCV port /);
    const { exitCode, out, err } = await run(['resolve', 'b~console']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^200 OK\n[^]*\nstale +protected: its agent is silent, as are so many /);
    expect(err).toMatch(/^!! PROTECTED: the zone z, since /);
    const forPrograms = await run(['resolve', 'b~console', '--json']);
    expect(forPrograms.err).toBe('');
    expect(JSON.parse(forPrograms.out)).toMatchObject({
      status: 200,
      stale: 'protected',
      protections: [{ zone: 'z', off: 'rollcall protect off --zone z' }],
    });
  });

  it('exits 1 on what is not found, with the code on the wire', async () => {
    await store.report(aReport({ endpoint: { quicPort: 0 } }));
    await keepWritten(store, clock);
    await store.report(aReport({ sequence: 2, endpoint: { quicPort: 0 } }));

    const told = async (...argv: string[]) => {
      const { exitCode, out } = await run(['resolve', ...argv, '--json']);
      return [exitCode, JSON.parse(out).status, JSON.parse(out).body.code];
    };

    expect(await told('nobody')).toEqual([1, 404, 'SESSION_NOT_FOUND']);
    expect(await told('no server~x')).toEqual([1, 404, 'SESSION_NOT_FOUND']);
    expect(await told('gpu-1~console', '--transport', 'QUIC')).toEqual([
      1,
      404,
      'TRANSPORT_NOT_OFFERED',
    ]);
  });

  it('answers no endpoint that is not allowed', async () => {
    await store.report(aReport());

    const { exitCode, out } = await run(['resolve', 'gpu-1~console'], {
      endpointAllow: 'example.org',
    });

    expect(exitCode).toBe(1);
    expect(out).toMatch(/^404 ENDPOINT_REFUSED\n/);
  });

  it('exits 3 while the roll is being called', async () => {
    expect(await run(['resolve', 'gpu-1~console'])).toMatchObject({
      exitCode: 3,
      out: '503 ROLL_WARMING\nThe roll is still being called: ask again shortly.\n',
    });
  });

  it('calls a malformed id wrong usage, without asking the store', async () => {
    const { exitCode, out, roll } = await run(['resolve', '']);

    expect(exitCode).toBe(2);
    expect(out).toMatch(/^400 INVALID_SESSION_ID\n/);
    expect(roll.closed).toBe(0);
  });

  it('writes nothing', async () => {
    store.goDown('refused');

    expect(await run(['resolve', 'console'])).toMatchObject({ exitCode: 3, err: '' });
  });
});

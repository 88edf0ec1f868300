import { BROKER_VERIFY_PATH } from '@rollcall/contracts';
import {
  aReport,
  exchange,
  FakeClock,
  InMemorySessionStore,
  RawConnection,
  type RawResponse,
} from '@rollcall/testing';
import { startResolver, type RunningResolver } from './resolver.application';
import {
  aConfig,
  aFreePort,
  metricOf,
  providing,
  recordingLogger,
  settle,
  startOn,
} from './testing/resolver-under-test';

const LOOKUP = 'POST /resolveSession?sessionId=gpu-1~console&transport=HTTP';
const ROUTE = 'GET /route/gpu-1~console';
const VERIFY = 'POST /verify/gpu-1';
const BROKER_VERIFY = `POST ${BROKER_VERIFY_PATH}`;

describe('the ports of a resolver', () => {
  const { lines, logger } = recordingLogger('debug');
  let store: InMemorySessionStore;
  let resolver: RunningResolver;

  beforeAll(async () => {
    const clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    await settle(store, clock);
    await store.report(aReport());
  });

  afterEach(() => resolver.stop());

  async function start(env: Record<string, string>): Promise<void> {
    lines.length = 0;
    resolver = await startResolver(aConfig(env), logger, () => providing(store));
  }

  const ask = (port: number, request: string): Promise<RawResponse | undefined> =>
    exchange(port, `${request} HTTP/1.1\r\nhost: x\r\n\r\n`);

  async function expectNothing(port: number, request: string): Promise<void> {
    const nothing = await ask(port, 'POST /nothing');
    expect(nothing).toMatchObject({ status: 404 });
    expect(JSON.parse(nothing?.body ?? '')).toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(await ask(port, request)).toEqual({
      ...nothing,
      headers: { ...nothing?.headers, date: expect.any(String) },
    });
  }

  it('are one, where everything is served, unless there is a port for the hosts', async () => {
    await start({});
    expect(resolver.hostsPort).toBe(resolver.port);
    for (const request of [LOOKUP, ROUTE, VERIFY, BROKER_VERIFY]) {
      expect(await ask(resolver.port, request)).toMatchObject({ status: 200 });
    }
  });

  describe('when there are two', () => {
    beforeEach(() => start({ RESOLVER_HOSTS_PORT: '0' }));

    it('serve lookups on the one, verify and route on the other', async () => {
      expect(resolver.hostsPort).not.toBe(resolver.port);
      expect(await ask(resolver.port, LOOKUP)).toMatchObject({ status: 200 });
      for (const request of [ROUTE, VERIFY, BROKER_VERIFY]) {
        expect(await ask(resolver.hostsPort, request)).toMatchObject({ status: 200 });
        await expectNothing(resolver.port, request);
      }
    });

    it.each([
      LOOKUP,
      'GET /resolveSession',
      'POST //resolveSession?sessionId=gpu-1~console&transport=HTTP',
      'POST http://resolver/resolveSession?sessionId=gpu-1~console&transport=HTTP',
      'POST /%72esolveSession?sessionId=gpu-1~console&transport=HTTP',
    ])('have nothing of the one on the other: %s', (request) =>
      expectNothing(resolver.hostsPort, request),
    );

    it('are drained and closed together', async () => {
      const [lookups, hosts] = await Promise.all([
        RawConnection.open(resolver.port),
        RawConnection.open(resolver.hostsPort),
      ]);
      const kept = [
        { connection: lookups, request: LOOKUP },
        { connection: hosts, request: ROUTE },
      ];
      for (const { connection, request } of kept) {
        connection.send(`${request} HTTP/1.1\r\nhost: x\r\n\r\n`);
        expect(await connection.next()).toMatchObject({ headers: { connection: 'keep-alive' } });
      }
      const stopped = resolver.stop();
      for (const { connection, request } of kept) {
        connection.send(`${request} HTTP/1.1\r\nhost: x\r\n\r\n`);
        expect(await connection.next()).toMatchObject({
          status: 200,
          headers: { connection: 'close' },
        });
      }
      await stopped;
      for (const port of [resolver.port, resolver.hostsPort]) {
        await expect(ask(port, LOOKUP)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }
    });

    it('are named when the second cannot be had, and nothing is left behind', async () => {
      const [port, opsPort] = [await aFreePort(), await aFreePort()];
      const settings = {
        RESOLVER_PORT: String(port),
        METRICS_PORT: String(opsPort),
        RESOLVER_HOSTS_PORT: String(resolver.hostsPort),
      };
      await expect(startOn(store, settings)).rejects.toThrow(
        /^RESOLVER_HOSTS_PORT: another process/,
      );
      for (const left of [port, opsPort]) {
        await expect(ask(left, LOOKUP)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }
    });
  });

  describe('with a path prefix', () => {
    const PREFIX = '/k3Jx/secret';

    const behind = (request: string) => request.replace(' ', ` ${PREFIX}`);

    it.each<Record<string, string>>([{}, { RESOLVER_HOSTS_PORT: '0' }])(
      'serve nothing without it: %j',
      async (env) => {
        await start({ ...env, RESOLVER_PATH_PREFIX: PREFIX });
        expect(await ask(resolver.port, behind(LOOKUP))).toMatchObject({ status: 200 });
        expect(await ask(resolver.port, LOOKUP.replace('/', `${PREFIX}//`))).toMatchObject({
          status: 200,
        });
        for (const request of [ROUTE, VERIFY, BROKER_VERIFY]) {
          expect(await ask(resolver.hostsPort, behind(request))).toMatchObject({ status: 200 });
          await expectNothing(resolver.hostsPort, request);
        }
        for (const path of [
          '/resolveSession',
          '/k3Jx/resolveSession',
          `/a${PREFIX}/resolveSession`,
          '/k3Jx/sEcret/resolveSession',
        ]) {
          for (const method of ['POST', 'GET', 'OPTIONS']) {
            await expectNothing(resolver.port, `${method} ${path}`);
          }
        }
      },
    );

    it('are as strict behind it, and never show it', async () => {
      await start({ RESOLVER_PATH_PREFIX: PREFIX });
      expect(await ask(resolver.port, behind('GET /resolveSession'))).toMatchObject({
        status: 405,
        headers: { allow: 'POST' },
      });
      expect(await ask(resolver.port, behind('POST /resolveSession'))).toMatchObject({
        status: 400,
      });
      expect(await ask(resolver.port, behind('GET /nothing'))).toMatchObject({ status: 404 });
      expect(await ask(resolver.port, behind('GET /route'))).toMatchObject({ status: 400 });
      expect(JSON.stringify(lines)).not.toContain('k3Jx');
    });
  });

  describe('when they are asked for what is not there', () => {
    const PREFIX = '/k3Jx';
    const [PATH, PORT, NO_PREFIX] = ['path', 'port', 'prefix'];
    const refusals = () => lines.filter(({ msg }) => msg === 'refused request');
    const counted = (reason: string) =>
      metricOf(resolver, `rollcall_requests_refused_total{reason="${reason}"}`);

    it.each<[string, string, string, Record<string, string>, 'port' | 'hostsPort', string]>([
      ['nobody’s path', PATH, 'RESOLVER_PORT', {}, 'port', 'POST /nothing-of-ours'],
      [
        'nobody’s path on one of two ports',
        PATH,
        'RESOLVER_HOSTS_PORT',
        { RESOLVER_HOSTS_PORT: '0' },
        'hostsPort',
        'GET /nothing-of-ours',
      ],
      [
        'the path of the other port',
        PORT,
        'RESOLVER_PORT',
        { RESOLVER_HOSTS_PORT: '0' },
        'port',
        'POST /verify/nothing-of-ours',
      ],
      [
        'a path without the prefix',
        NO_PREFIX,
        'RESOLVER_PORT',
        { RESOLVER_PATH_PREFIX: PREFIX },
        'port',
        'POST /nothing-of-ours/resolveSession',
      ],
    ])(
      'count and log %s, and keep the path to themselves',
      async (_case, reason, setting, env, port, request) => {
        await start(env);
        for (const each of [PATH, PORT, NO_PREFIX]) expect(await counted(each)).toBe(0);
        expect(await ask(resolver[port], request)).toMatchObject({ status: 404 });
        for (const each of [PATH, PORT, NO_PREFIX]) {
          expect(await counted(each)).toBe(each === reason ? 1 : 0);
        }
        expect(refusals()).toEqual([
          expect.objectContaining({
            level: 'warn',
            outcome: reason,
            port: setting,
            sourceAddress: '127.0.0.1',
          }),
        ]);
        expect(JSON.stringify(lines)).not.toMatch(/nothing-of-ours|k3Jx/);
      },
    );

    it('are as strict below the Session Manager’s path, but for the last slash', async () => {
      await start({});
      expect(await ask(resolver.port, `${BROKER_VERIFY}/`)).toMatchObject({ status: 200 });
      for (const rest of ['/nothing', '/%2F', '/.']) {
        await expectNothing(resolver.port, `${BROKER_VERIFY}${rest}`);
      }
    });

    it('count and log a connection that is one too many for its address', async () => {
      await start({});
      const refusedConnections = (reason: string) =>
        metricOf(resolver, `rollcall_connections_refused_total{reason="${reason}"}`);
      for (const reason of ['address', 'port']) expect(await refusedConnections(reason)).toBe(0);
      const from = '127.0.0.9';
      const held: RawConnection[] = [];
      const openOne = () => RawConnection.open(resolver.port, { from });
      while (held.length < 2_000)
        held.push(...(await Promise.all(Array.from(Array(100), openOne))));
      expect(await (await openOne()).rest()).toBe('');
      expect(await ask(resolver.port, LOOKUP)).toMatchObject({ status: 200 });
      expect(await refusedConnections('address')).toBe(1);
      expect(lines).toContainEqual(
        expect.objectContaining({
          msg: 'refused connection',
          level: 'warn',
          outcome: 'address',
          port: 'RESOLVER_PORT',
          sourceAddress: from,
        }),
      );
      for (const connection of held) connection.destroy();
    });

    it('say so a few times in a period, and then how often', async () => {
      await start({});
      for (let count = 0; count < 25; count++) await ask(resolver.port, 'GET /nothing');
      expect(refusals()).toHaveLength(10);
      expect(await counted(PATH)).toBe(25);
      await resolver.stop();
      expect(lines).toContainEqual(expect.objectContaining({ outcome: PATH, unlogged: 15 }));
    });

    it('have nothing to say of what is there', async () => {
      await start({ RESOLVER_HOSTS_PORT: '0', RESOLVER_PATH_PREFIX: PREFIX });
      await ask(resolver.port, LOOKUP.replace(' ', ` ${PREFIX}`));
      await ask(resolver.hostsPort, VERIFY.replace(' ', ` ${PREFIX}`));
      await ask(resolver.hostsPort, `GET ${PREFIX}/route`);
      expect(refusals()).toEqual([]);
    });
  });

  it('do not let SIGHUP end the process, nor keep hearing it', async () => {
    const before = process.listenerCount('SIGHUP');
    await start({});
    process.emit('SIGHUP', 'SIGHUP');
    expect(lines.at(-1)).toMatchObject({ msg: 'SIGHUP: there are no TLS files to read again' });
    await resolver.stop();
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});

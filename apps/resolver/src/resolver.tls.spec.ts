import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  aReport,
  exchange,
  FakeClock,
  InMemorySessionStore,
  RawConnection,
  TestCa,
  TlsFolder,
  until,
  type CertificatePair,
} from '@rollcall/testing';
import { startResolver, type RunningResolver } from './resolver.application';
import {
  aConfig,
  metricOf,
  providing,
  recordingLogger,
  settle,
} from './testing/resolver-under-test';

const LOOKUP =
  'POST /resolveSession?sessionId=gpu-1~console&transport=HTTP HTTP/1.1\r\nhost: x\r\n\r\n';
const ROUTE = 'GET /route/gpu-1~console HTTP/1.1\r\nhost: x\r\n\r\n';

describe('a resolver with TLS', () => {
  const { lines, logger } = recordingLogger();
  let ca: TestCa;
  let otherCa: TestCa;
  let server: CertificatePair;
  let client: CertificatePair;
  let store: InMemorySessionStore;
  let folder: TlsFolder;
  let resolver: RunningResolver;

  beforeAll(async () => {
    ca = await TestCa.create();
    otherCa = await TestCa.create({ commonName: 'Another CA' });
    server = await ca.server();
    client = await ca.client();
    const clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    await settle(store, clock);
    await store.report(aReport());
  });

  beforeEach(async () => {
    lines.length = 0;
    folder = await TlsFolder.create(server, ca.certPem);
  });

  afterEach(async () => {
    await resolver.stop();
    await folder.remove();
  });

  async function start(env: Record<string, string>): Promise<void> {
    resolver = await startResolver(aConfig(env), logger, () => providing(store));
  }

  const started = () => start({ ...folder.env(), RESOLVER_HOSTS_PORT: '0' });

  const trusting = (options: ConnectionOptions = {}): ConnectionOptions => ({
    ca: [ca.certPem, otherCa.certPem],
    ...options,
  });

  const shown = ({ certPem, keyPem }: CertificatePair) => ({ cert: certPem, key: keyPem });

  /** The status of a lookup on a connection of its own; undefined when there was no answer. */
  async function ask(
    options: ConnectionOptions,
    port = resolver.port,
    request = LOOKUP,
  ): Promise<number | undefined> {
    let connection: RawConnection | undefined;
    try {
      connection = await RawConnection.openTls(port, trusting(options));
      connection.send(request);
      return (await connection.next())?.status;
    } catch {
      return undefined;
    } finally {
      connection?.destroy();
    }
  }

  /** Told by the server when it is over, which may be after the client knows. */
  async function untilRefused(reason: string, times = 1): Promise<void> {
    const sample = `rollcall_tls_refused_total{reason="${reason}"}`;
    await until(`${sample} is ${times}`, async () => (await metricOf(resolver, sample)) === times);
  }

  async function fingerprintOn(port: number): Promise<string> {
    const connection = await RawConnection.openTls(port, trusting(shown(client)));
    try {
      return connection.tls?.getPeerCertificate().fingerprint256 ?? '';
    } finally {
      connection.destroy();
    }
  }

  /** Node hands a real signal on to its own process object, which is not the one of a test: main.spec.ts sends one. */
  const hangup = () => process.emit('SIGHUP', 'SIGHUP');

  const said = (text: string | RegExp) => lines.filter(({ msg }) => String(msg).search(text) >= 0);

  describe('that asks for client certificates', () => {
    beforeEach(started);

    it('answers who shows a good one', async () => {
      expect(await ask(shown(client))).toBe(200);
      expect(await ask({ ...shown(client), maxVersion: 'TLSv1.2' })).toBe(200);
      const below = await ca.authority();
      const { certPem, keyPem } = await below.client();
      expect(await ask({ cert: `${certPem}${below.certPem}`, key: keyPem })).toBe(200);
      for (const reason of ['none', 'expired', 'untrusted', 'other']) await untilRefused(reason, 0);
    });

    it.each<[string, string, string, () => Promise<ConnectionOptions>]>([
      ['none', 'none', 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', async () => ({})],
      [
        'an expired one',
        'expired',
        'CERT_HAS_EXPIRED',
        async () => shown(await ca.client({ valid: 'past' })),
      ],
      [
        'one before its time',
        'untrusted',
        'CERT_NOT_YET_VALID',
        async () => shown(await ca.client({ valid: 'future' })),
      ],
      [
        'one of another authority',
        'untrusted',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        async () => ({ ...shown(await otherCa.client()), ca: ca.certPem }),
      ],
      [
        'one of another authority of the same name',
        'untrusted',
        'CERT_SIGNATURE_FAILURE',
        async () => shown(await (await TestCa.create()).client()),
      ],
      ['a server’s', 'untrusted', 'INVALID_PURPOSE', async () => shown(server)],
    ])('refuses, counts and tells who shows %s', async (_case, reason, cause, options) => {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        expect(await ask({ ...(await options()), maxVersion })).toBeUndefined();
      }
      await untilRefused(reason, 2);
      expect(said('refused TLS client')).toEqual(
        Array(2).fill(
          expect.objectContaining({ level: 'warn', outcome: reason, cause, port: 'lookups' }),
        ),
      );
      if (cause !== 'CERT_SIGNATURE_FAILURE') {
        expect(said('refused TLS client').at(-1)).toMatchObject({ address: '127.0.0.1' });
      }
    });

    it('asks nobody for one on the hosts’ port', async () => {
      expect(await ask({}, resolver.hostsPort, ROUTE)).toBe(200);
      expect(await ask({ maxVersion: 'TLSv1.2' }, resolver.hostsPort, ROUTE)).toBe(200);
      expect(await ask({}, resolver.hostsPort)).toBe(404);
      expect(said(/DCV servers and proxies will be refused/)).toEqual([]);
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'does not let a session of the hosts’ port go on where a certificate is needed: %s',
      async (maxVersion) => {
        const session = await sessionOn(resolver.hostsPort, { maxVersion });
        const again = await RawConnection.openTls(
          resolver.hostsPort,
          trusting({ session, maxVersion }),
        );
        expect(again.tls?.isSessionReused()).toBe(true);
        again.destroy();
        expect(await ask({ session, maxVersion })).toBeUndefined();
        await untilRefused('none');
      },
    );

    it('does not let a session go on whose certificate the new roots do not vouch for', async () => {
      const session = await sessionOn(resolver.port, shown(client));
      expect(await ask({ session, ...shown(client) })).toBe(200);
      await folder.write('clientCaFile', otherCa.certPem);
      hangup();
      await until('the files are taken up', () => said('new TLS files are in use').length === 1);
      expect(await ask({ session, ...shown(client) })).toBeUndefined();
      await untilRefused('untrusted');
      expect(await ask(shown(await otherCa.client()))).toBe(200);
    });

    it('counts a handshake that fails, but nobody who goes away by himself', async () => {
      const health = connect(resolver.port, '127.0.0.1');
      await once(health, 'connect');
      health.destroy();
      const plain = await RawConnection.open(resolver.port);
      plain.send(LOOKUP);
      expect(await plain.rest()).not.toContain('HTTP/');
      await untilRefused('other');
      expect(said('refused TLS client')).toEqual([
        expect.objectContaining({ level: 'info', cause: 'ERR_SSL_HTTP_REQUEST' }),
      ]);
    });
  });

  async function sessionOn(port: number, options: ConnectionOptions): Promise<Buffer> {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ...trusting(options),
    });
    const [session] = (await once(socket, 'session')) as [Buffer];
    socket.destroy();
    return session;
  }

  it.each([
    [
      'EC',
      ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
      ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384'],
    ],
    [
      'RSA',
      ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'],
      ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA384', 'AES128-SHA', 'AES128-GCM-SHA256'],
    ],
  ] as const)(
    'speaks what a gateway offers, and nothing older, before and after a reload: %s keys',
    async (keyType, offered, refused) => {
      await folder.writePair(await ca.server(undefined, { keyType }));
      await started();
      const certificate = shown(client);
      const withSuite = (ciphers: string) =>
        ask({ ...certificate, ciphers, maxVersion: 'TLSv1.2' });
      for (let reloads = 0; reloads < 2; reloads++) {
        expect(await ask({ ...certificate, minVersion: 'TLSv1.3' })).toBe(200);
        for (const suite of offered) expect(await withSuite(suite)).toBe(200);
        for (const suite of refused) expect(await withSuite(suite)).toBeUndefined();
        expect(
          await ask({
            ...certificate,
            ciphers: 'DEFAULT:@SECLEVEL=0',
            minVersion: 'TLSv1',
            maxVersion: 'TLSv1.1',
          }),
        ).toBeUndefined();
        await untilRefused('other', (refused.length + 1) * (reloads + 1));
        await folder.writePair(await ca.server(undefined, { keyType }));
        hangup();
        await until(
          'the files are taken up',
          () => said('new TLS files are in use').length === reloads + 1,
        );
      }
      expect(await ask({})).toBeUndefined();
      await untilRefused('none');
    },
  );

  it('chooses the suite itself', async () => {
    await started();
    const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256';
    const options = trusting({ ...shown(client), ciphers, maxVersion: 'TLSv1.2' });
    const connection = await RawConnection.openTls(resolver.port, options);
    expect(connection.tls?.getCipher().name).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
    connection.destroy();
  });

  it.each<[string, () => void]>([
    ['at SIGHUP', hangup],
    ['by itself', () => undefined],
  ])('takes up new files %s, while kept connections go on', async (_case, tell) => {
    await started();
    const kept = await RawConnection.openTls(resolver.port, trusting(shown(client)));
    const keptByHost = await RawConnection.openTls(resolver.hostsPort, trusting());
    kept.send(LOOKUP);
    expect(await kept.next()).toMatchObject({ status: 200 });
    const before = await expirySeconds();
    const fresh = await otherCa.server();
    await folder.writePair(fresh);
    tell();
    await until('the files are taken up', () => said('new TLS files are in use').length === 1);
    for (const port of [resolver.port, resolver.hostsPort]) {
      expect(await fingerprintOn(port)).toBe(new X509Certificate(fresh.certPem).fingerprint256);
    }
    kept.send(LOOKUP);
    expect(await kept.next()).toMatchObject({ status: 200 });
    expect(kept.tls?.getPeerCertificate().fingerprint256).toBe(
      new X509Certificate(server.certPem).fingerprint256,
    );
    keptByHost.send(ROUTE);
    expect(await keptByHost.next()).toMatchObject({ status: 200 });
    kept.destroy();
    keptByHost.destroy();
    expect(await ask({}, resolver.hostsPort, ROUTE)).toBe(200);
    expect(await metricOf(resolver, 'rollcall_tls_reloads_total{outcome="loaded"}')).toBe(1);
    expect(await expirySeconds()).toBeGreaterThanOrEqual(before ?? Infinity);
    expect(await expirySeconds()).toBe(
      Date.parse(new X509Certificate(fresh.certPem).validTo) / 1000,
    );
  });

  const expirySeconds = () =>
    metricOf(resolver, 'rollcall_tls_certificate_expires_seconds{certificate="server"}');

  it('keeps what it has when the new files do not do, and says so', async () => {
    await started();
    await folder.write('clientCaFile', 'garbage');
    await folder.writePair(await ca.server(['localhost'], { valid: 'past' }));
    hangup();
    await until('the files are refused', () => said('the old ones stay in use').length === 1);
    expect(await metricOf(resolver, 'rollcall_tls_reloads_total{outcome="failed"}')).toBe(1);
    expect(await fingerprintOn(resolver.port)).toBe(
      new X509Certificate(server.certPem).fingerprint256,
    );
    expect(await ask(shown(client))).toBe(200);
    expect(await ask({})).toBeUndefined();
    await untilRefused('none');
  });

  it('answers gateways whose own certificates are the roots, and no other of that kind', async () => {
    const gateway = await TestCa.selfSigned({ commonName: 'gateway-1' });
    const other = await TestCa.selfSigned({ commonName: 'gateway-2' });
    const stranger = await TestCa.selfSigned({ commonName: 'gateway-1' });
    await folder.write('clientCaFile', `${gateway.certPem}${other.certPem}`);
    await started();
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(await ask({ ...shown(gateway), maxVersion })).toBe(200);
      expect(await ask({ ...shown(other), maxVersion })).toBe(200);
      expect(await ask({ ...shown(stranger), maxVersion })).toBeUndefined();
      expect(await ask({ ...shown(client), maxVersion })).toBeUndefined();
    }
    await untilRefused('untrusted', 4);
  });

  it('starts with a retired root among the roots, says so, and answers whom the good one vouches for', async () => {
    const retired = await TestCa.create({ valid: 'past' });
    await folder.write('clientCaFile', `${retired.certPem}${ca.certPem}`);
    await started();
    expect(said(/certificates that are not good now: RESOLVER_TLS_CLIENT_CA_FILE: /)).toHaveLength(
      1,
    );
    expect(await ask(shown(client))).toBe(200);
    expect(await ask(shown(await retired.client()))).toBeUndefined();
  });

  it('asks nobody for a certificate without roots of the clients', async () => {
    await start(folder.env({ clientCa: false }));
    expect(resolver.hostsPort).toBe(resolver.port);
    expect(await ask({})).toBe(200);
    expect(await ask({}, resolver.port, ROUTE)).toBe(200);
    await expect(exchange(resolver.port, LOOKUP)).resolves.toBeUndefined();
  });

  it('warns when it asks DCV servers and proxies for a certificate that they have not', async () => {
    await start(folder.env());
    expect(said(/DCV servers and proxies will be refused.*set RESOLVER_HOSTS_PORT/)).toHaveLength(
      1,
    );
  });

  it('is ended neither by a kept connection nor by a handshake that does not go on', async () => {
    await started();
    const idle = await RawConnection.openTls(resolver.port, trusting(shown(client)));
    const silent = await RawConnection.open(resolver.hostsPort);
    const stopped = resolver.stop();
    idle.send(LOOKUP);
    expect(await idle.next()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
    expect(await silent.rest()).toBe('');
    await expect(RawConnection.open(resolver.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(RawConnection.open(resolver.hostsPort)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it.each(['certFile', 'keyFile', 'clientCaFile'] as const)(
    'does not start with a %s that does not do',
    async (file) => {
      await started();
      await folder.write(file, 'garbage');
      await expect(start(folder.env())).rejects.toThrow(
        new RegExp(`^RESOLVER_TLS_.*_FILE: ${folder.path(file)} holds no `),
      );
    },
  );
});

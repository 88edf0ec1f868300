import { REPORT_BODY_BYTES_MAX } from '@rollcall/contracts';
import type { ServerId } from '@rollcall/domain';
import {
  aReport,
  InMemoryIdentityStore,
  InMemorySessionStore,
  publicId,
  TestCa,
  type ReportTraits,
} from '@rollcall/testing';
import { DoorUnderTest, type DoorTraits } from '../../testing/door-under-test';
import { RecordedLog } from '../../testing/recorded-log';

const GPU_1 = 'gpu-1' as ServerId;

let ca: TestCa;
let otherCa: TestCa;
let store: InMemorySessionStore;
let identities: InMemoryIdentityStore;
let door: DoorUnderTest;
let token: string;

beforeAll(async () => {
  ca = await TestCa.create();
  otherCa = await TestCa.create({ commonName: 'Another CA' });
});

beforeEach(async () => {
  RecordedLog.install();
  await open();
});

afterEach(() => door.close());

async function open(traits: Partial<DoorTraits> = {}): Promise<void> {
  await door?.close();
  store = new InMemorySessionStore();
  identities = new InMemoryIdentityStore();
  door = await DoorUnderTest.open(ca, { store, identities, ...traits });
  token = await door.token();
}

const report = (traits?: ReportTraits) => JSON.parse(JSON.stringify(aReport(traits))) as object;

const resolves = async (id: string) => (await store.lookup(publicId(id))).kind === 'answer';

const client = (commonName: string, from = ca) => from.client({ commonName });

describe('a report through the door', () => {
  it('is applied for the server whose token it comes with', async () => {
    expect(await door.asks({ token }, '/report', report())).toMatchObject({
      status: 200,
      json: { outcome: 'applied' },
    });
    expect(await resolves('gpu-1~console')).toBe(true);
  });

  it('is applied for the server whose certificate it comes with', async () => {
    const certificate = await client('gpu-2');
    const body = report({ server: 'gpu-2' });
    expect(await door.asks({ certificate }, '/report', body)).toMatchObject({ status: 200 });
    expect(await resolves('gpu-2~console')).toBe(true);
  });

  it('needs no server’s name, as the identity says it', async () => {
    const { server: _server, ...body } = report() as { server: string };
    expect(await door.asks({ token }, '/report', body)).toMatchObject({ status: 200 });
    expect(await resolves('gpu-1~console')).toBe(true);
  });

  it('is told what became of it', async () => {
    const ask = door.connection({ token });
    await ask('/report', report({ boot: 2, sequence: 5 }));
    expect((await ask('/report', report({ boot: 2, sequence: 5 }))).json).toEqual({
      outcome: 'already-applied',
    });
    expect((await ask('/report', report({ boot: 2, sequence: 4 }))).json).toEqual({
      outcome: 'outdated',
      sequence: 5,
    });
    expect((await ask('/report', report({ boot: 1, sequence: 9 }))).json).toEqual({
      outcome: 'superseded',
      boot: 2,
    });
  });

  it('may be a withdrawal', async () => {
    const ask = door.connection({ token });
    await ask('/report', report());
    expect(await ask('/withdraw', { boot: 1, sequence: 2 })).toMatchObject({
      status: 200,
      json: { outcome: 'applied' },
    });
    expect(await resolves('gpu-1~console')).toBe(false);
  });

  it('may say that an agent gives way to another one of its server', async () => {
    const ask = door.connection({ token });
    await ask('/report', report({ boot: 2 }));
    expect(await ask('/give-way', { boot: 1, sequence: 9 })).toMatchObject({
      status: 200,
      json: { outcome: 'applied' },
    });
    expect(await resolves('gpu-1~console')).toBe(true);
  });

  it('of a later version is read as far as it is known', async () => {
    const body = { ...report(), load: 0.5, endpoint: { ...aReport().endpoint, ipv6: '::1' } };
    expect(await door.asks({ token }, '/report', body)).toMatchObject({ status: 200 });
  });
});

describe('who may report', () => {
  async function refusal(asker: Parameters<DoorUnderTest['asks']>[0], body: unknown = report()) {
    const { status, json, headers } = await door.asks(asker, '/report', body);
    expect(await resolves('gpu-1~console')).toBe(false);
    return { status, code: json['code'], scheme: headers['www-authenticate'] };
  }

  const required = { status: 401, code: 'IDENTITY_REQUIRED', scheme: 'Bearer' };
  const refused = { status: 401, code: 'IDENTITY_REFUSED', scheme: 'Bearer' };

  it('is nobody without an identity', async () => {
    expect(await refusal({})).toEqual(required);
  });

  it.each<[string, () => string]>([
    ['one of another server’s name', () => token.replace('gpu-1', 'gpu-2')],
    ['one that was never issued', () => token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
    ['rubbish', () => 'rubbish'],
    ['nothing', () => ''],
  ])('is nobody with %s for a token', async (_case, wrong) => {
    expect(await refusal({ token: wrong() })).toEqual(refused);
  });

  it.each<[string, () => ReturnType<TestCa['client']>]>([
    ['of another authority', () => client('gpu-1', otherCa)],
    ['that has expired', () => ca.client({ commonName: 'gpu-1', valid: 'past' })],
    ['that is not valid yet', () => ca.client({ commonName: 'gpu-1', valid: 'future' })],
    ['of a server, not a client', () => ca.server(['gpu-1'])],
    ['that vouches for itself', () => TestCa.selfSigned({ commonName: 'gpu-1' })],
    ['whose name is no server’s', () => client('gpu 1')],
  ])('is nobody with a certificate %s', async (_case, certificate) => {
    expect(await refusal({ certificate: await certificate() })).toEqual(refused);
    expect(await refusal({ certificate: await certificate(), token })).toEqual(refused);
  });

  it('is nobody with a certificate and a token of two servers', async () => {
    expect(await refusal({ certificate: await client('gpu-2'), token })).toEqual(refused);
  });

  it('is not whom the body names', async () => {
    const other = await door.token('gpu-2');
    for (const path of ['/report', '/withdraw', '/give-way']) {
      expect(await door.asks({ token: other }, path, report())).toMatchObject({
        status: 403,
        json: { code: 'IDENTITY_MISMATCH' },
      });
    }
    expect(await resolves('gpu-1~console')).toBe(false);
    expect((await store.servers(0, 10)).servers).toEqual([]);
  });

  it('has two tokens while one takes the other’s place', async () => {
    const next = await door.token();
    for (const [index, each] of [token, next].entries()) {
      const body = report({ sequence: index + 1 });
      expect(await door.asks({ token: each }, '/report', body)).toMatchObject({ status: 200 });
    }
    await door.token();
    expect(await door.asks({ token }, '/report', report({ sequence: 3 }))).toMatchObject({
      status: 401,
    });
  });

  it('is nobody any more on an open connection either, once revoked', async () => {
    const askers = [{ token }, { certificate: await client('gpu-1') }].map((asker) =>
      door.connection(asker),
    );
    for (const [index, ask] of askers.entries()) {
      expect(await ask('/report', report({ sequence: index + 1 }))).toMatchObject({ status: 200 });
    }
    await identities.revoke(GPU_1, 'everything');
    await door.copy.refresh();
    for (const ask of askers) {
      expect(await ask('/report', report({ sequence: 9 }))).toMatchObject({
        status: 401,
        json: { code: 'IDENTITY_REFUSED' },
      });
    }
  });

  it('ends with a certificate on an open connection', async () => {
    let nowMs = Date.now();
    await open({ unixNow: () => nowMs });
    const ask = door.connection({ certificate: await client('gpu-1') });
    expect(await ask('/report', report())).toMatchObject({ status: 200 });
    nowMs += 2 * 86_400_000;
    expect(await ask('/report', report({ sequence: 2 }))).toMatchObject({ status: 401 });
  });

  it('is asked anew when other roots vouch for certificates', async () => {
    const ask = door.connection({ certificate: await client('gpu-1') });
    expect((await ask('/report', report())).headers['connection']).toBe('keep-alive');
    await door.folder.write('clientCaFile', otherCa.certPem);
    await door.tls.reload();
    await expect(ask('/report', report({ sequence: 2 }))).rejects.toThrow();
    expect(await ask('/report', report({ sequence: 3 }))).toMatchObject({ status: 401 });
    expect((await store.servers(0, 1)).servers).toMatchObject([{ sequence: 1 }]);
  });

  it('is not known while the identities cannot be read for long, and that is no refusal', async () => {
    await door.close();
    const unread = new InMemoryIdentityStore();
    unread.goDown();
    door = await DoorUnderTest.open(ca, { store, identities: unread });
    expect(await door.asks({ token }, '/report', report())).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 'STORE_UNAVAILABLE' },
    });
  });

  it('costs the store nothing when it is nobody, and reads no body', async () => {
    const spy = jest.spyOn(store, 'report');
    const ask = door.connection({ token: 'rubbish' });
    expect(await ask('/report', 'x'.repeat(2 * REPORT_BODY_BYTES_MAX))).toMatchObject({
      status: 401,
    });
    expect(spy).not.toHaveBeenCalled();
  });

  it('is told once too often that it is nobody; the right token is still good from there', async () => {
    await open({ failures: 3 });
    const statuses: number[] = [];
    for (let guess = 0; guess < 5; guess++) {
      statuses.push((await door.asks({ token: 'rubbish' }, '/ping')).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(await door.asks({ token }, '/report', report())).toMatchObject({ status: 200 });
    expect(door.lines).toHaveLength(3);
  });

  it('leaves no token in the log, right or wrong', async () => {
    const wrong = token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    await door.asks({ token: wrong }, '/report', report());
    await door.asks({ token }, '/report', '{');
    const said = JSON.stringify(door.lines);
    expect(door.lines).toMatchObject([
      { level: 'warn', reason: 'unknown-token', server: 'gpu-1', sourceAddress: '127.0.0.1' },
      { level: 'warn', code: 'INVALID_REPORT', server: 'gpu-1' },
    ]);
    for (const secret of [token, wrong]) expect(said).not.toContain(secret.split('~')[1]);
  });
});

describe('what a report may say', () => {
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /JSON/],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /UTF-8/],
    ['nothing', '', /JSON/],
    ['a field missing', { ...report(), zone: undefined }, /zone/],
    ['a rule broken', report({ sessions: ['a', 'a'] }), /listed twice/],
    ['a boot that is none', { ...report(), boot: 0 }, /boot number/],
    ['a NUL in an id', { ...report(), sessions: { kind: 'listed', ids: ['a\0'] } }, /control/],
    ['a depth without end', `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, /must be/],
  ])('is refused with its reason: %s', async (_case, body, reason) => {
    expect(await door.asks({ token }, '/report', body)).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REPORT', reason: expect.stringMatching(reason) },
    });
    expect((await store.servers(0, 10)).servers).toEqual([]);
  });

  it('is no more than a report can have, whether it says so or not', async () => {
    const large = JSON.stringify({ ...report(), more: 'x'.repeat(REPORT_BODY_BYTES_MAX) });
    expect(await door.asks({ token }, '/report', large)).toMatchObject({
      status: 413,
      json: { code: 'BODY_TOO_LARGE' },
    });
    expect((await store.servers(0, 10)).servers).toEqual([]);
  });

  it('is refused in a withdrawal, too', async () => {
    await door.asks({ token }, '/report', report());
    for (const body of [{ boot: 1 }, { boot: 0, sequence: 1 }, []]) {
      expect(await door.asks({ token }, '/withdraw', body)).toMatchObject({ status: 400 });
    }
    expect(await resolves('gpu-1~console')).toBe(true);
  });

  it.each<[string, ReportTraits['endpoint'], RegExp]>([
    ['the metadata service', { host: '169.254.169.254' }, /metadata/],
    ['loopback', { host: '127.0.0.1' }, /loopback/],
    ['a name of loopback', { host: 'localhost' }, /loopback/],
    ['port 22', { httpPort: 22 }, /port 22/],
    ['a foreign network', { host: '192.0.2.1' }, /ENDPOINT_ALLOW/],
  ])('is no address that clients may not be sent to: %s', async (_case, endpoint, reason) => {
    await open({ endpointAllow: '10.0.0.0/8' });
    const ask = door.connection({ token });
    await ask('/report', report());
    for (const sequence of [2, 3]) {
      expect(await ask('/report', report({ sequence, endpoint, sessions: ['a'] }))).toMatchObject({
        status: 403,
        json: { code: 'ENDPOINT_NOT_ALLOWED', reason: expect.stringMatching(reason) },
      });
    }
    expect(await resolves('gpu-1~console')).toBe(true);
    expect(await resolves('gpu-1~a')).toBe(false);
    expect(door.lines).toMatchObject([{ audit: 'endpoint-refused', server: 'gpu-1' }]);
    expect(await door.metric('rollcall_ingest_endpoints_refused_total')).toBe(2);
  });
});

describe('the door itself', () => {
  it.each(['/', '/report/', '/report?x', '//report', '/identities', '/metrics'])(
    'has nothing at %s',
    async (path) => {
      expect(await door.asks({ token }, path, report())).toMatchObject({
        status: 404,
        json: { code: 'PATH_NOT_FOUND' },
      });
    },
  );

  it('takes reports with POST and pings with GET', async () => {
    expect(await door.asks({ token }, '/report')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
    expect(await door.asks({ token }, '/ping', {})).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
    expect(await door.asks({ token }, '/ping')).toMatchObject({ status: 200, json: {} });
  });

  it.each(['unreachable', 'refused', 'full'] as const)(
    'says 503 with Retry-After, and why, while the store is %s',
    async (failure) => {
      store.goDown(failure);
      expect(await door.asks({ token }, '/report', report())).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
        json: { code: 'STORE_UNAVAILABLE', failure },
      });
      store.comeBack();
      expect(await door.asks({ token }, '/report', report())).toMatchObject({ status: 200 });
    },
  );

  it('says 503 when the store hangs, which it asks once for all pings', async () => {
    const ping = jest.spyOn(store, 'ping').mockReturnValue(new Promise(() => undefined));
    jest.spyOn(store, 'report').mockReturnValue(new Promise(() => undefined));
    const answers = await Promise.all([
      door.asks({ token }, '/ping'),
      door.asks({ token }, '/ping'),
      door.asks({ token }, '/report', report()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(ping).toHaveBeenCalledTimes(1);
  });

  it('says 429 to a server that asks too often, and to no other', async () => {
    await open({ burst: 2 });
    const ask = door.connection({ token });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) statuses.push((await ask('/ping')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await ask('/ping')).headers['retry-after']).toBe('1');
    expect(await door.asks({ token: await door.token('gpu-2') }, '/ping')).toMatchObject({
      status: 200,
    });
  });

  it('says 429 to a server that has not waited for its answers', async () => {
    let answer = () => {};
    jest.spyOn(store, 'ping').mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const waiting = Array.from({ length: 4 }, () => door.asks({ token }, '/ping'));
    while (
      !(await door.metric(
        'rollcall_ingest_requests_total{request="ping",outcome="too-many-requests"}',
      ))
    ) {
      waiting.push(door.asks({ token }, '/ping'));
      await waiting.at(-1);
    }
    answer();
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(await door.asks({ token }, '/ping')).toMatchObject({ status: 200 });
  });

  it('says 503 when it is about to stop', async () => {
    door.closeGates();
    expect(await door.asks({ token }, '/report', report())).toMatchObject({
      status: 503,
      json: { code: 'STOPPING' },
    });
  });

  it('answers a fault of its own, and goes on', async () => {
    jest.spyOn(store, 'report').mockRejectedValueOnce(new Error('a bug'));
    expect(await door.asks({ token }, '/report', report())).toMatchObject({
      status: 500,
      json: { code: 'INTERNAL_ERROR' },
    });
    expect(door.lines).toMatchObject([{ level: 'error', err: { message: 'a bug' } }]);
    expect(await door.asks({ token }, '/report', report())).toMatchObject({ status: 200 });
  });

  it('counts what was asked and what became of it', async () => {
    await door.asks({ token }, '/report', report());
    await door.asks({}, '/report', report());
    await door.asks({ token }, '/nowhere');
    const count = (request: string, outcome: string) =>
      door.metric(`rollcall_ingest_requests_total{request="${request}",outcome="${outcome}"}`);
    expect(await count('report', 'applied')).toBe(1);
    expect(await count('report', 'identity-required')).toBe(1);
    expect(await count('other', 'path-not-found')).toBe(1);
    expect(await door.metric('rollcall_ingest_identities_refused_total{reason="none"}')).toBe(1);
  });
});

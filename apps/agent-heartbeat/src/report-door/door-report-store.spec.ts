import { InvalidReportError, storeFailure } from '@rollcall/domain';
import { aReport, InMemorySessionStore, TestCa } from '@rollcall/testing';
import { DoorUnderTest } from '../testing/door-under-test';
import { RecordedLog } from '../testing/recorded-log';
import type { DoorQuestion, DoorReply } from './door-client';
import { DoorReportStore } from './door-report-store';

const POLICY = { reportTimeoutMs: 500, intervalMs: 5_000 };

function reply(status: number, body: unknown = {}, traits: Partial<DoorReply> = {}): DoorReply {
  return { status, body: JSON.stringify(body), headers: {}, repeated: false, ...traits };
}

describe('the store behind a door', () => {
  let log: RecordedLog;
  let nowMs: number;
  let asked: DoorQuestion[];
  let says: DoorReply | Error;
  let up: boolean | undefined;
  let store: DoorReportStore;

  beforeEach(() => {
    log = RecordedLog.install();
    nowMs = 0;
    asked = [];
    says = reply(200, { outcome: 'applied' });
    up = undefined;
    const ask = async (question: DoorQuestion) => {
      asked.push(question);
      if (says instanceof Error) throw says;
      return says;
    };
    store = new DoorReportStore(
      { ask, close: () => undefined },
      { policy: POLICY, now: () => nowMs, doorChanged: (answers) => (up = answers) },
    );
  });

  it('is sent a report as it is, and waited for as long as two round trips', async () => {
    const sent = aReport({ zone: 'a' });
    expect(await store.report(sent)).toEqual({ kind: 'applied' });
    expect(asked).toMatchObject([{ method: 'POST', path: '/report', timeoutMs: 1_000 }]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual(sent);
  });

  it.each([
    [{ outcome: 'applied' }, { kind: 'applied' }],
    [{ outcome: 'already-applied' }, { kind: 'already-applied' }],
    [
      { outcome: 'superseded', boot: 7 },
      { kind: 'superseded', boot: 7 },
    ],
    [
      { outcome: 'outdated', sequence: 7 },
      { kind: 'outdated', sequence: 7 },
    ],
  ])('tells what became of it: %j', async (body, outcome) => {
    says = reply(200, body);
    expect(await store.report(aReport())).toEqual(outcome);
    expect(await store.withdraw(aReport().server, { boot: 1, sequence: 2 })).toEqual(outcome);
  });

  it('has applied what a broken connection made us send twice', async () => {
    says = reply(200, { outcome: 'already-applied' }, { repeated: true });
    expect(await store.report(aReport())).toEqual({ kind: 'applied' });
  });

  it('is not asked to apply what breaks a rule', async () => {
    await expect(store.report(aReport({ boot: 0 }))).rejects.toThrow(InvalidReportError);
    expect(asked).toEqual([]);
  });

  it.each([400, 401, 403, 404, 413])('refuses a report with %i, and says why', async (status) => {
    says = reply(status, { code: 'SOME_CODE', message: 'A sentence.', reason: 'a reason' });
    const refusal = store.report(aReport());
    await expect(refusal).rejects.toMatchObject({ code: 'INVALID_REPORT' });
    await expect(refusal).rejects.toThrow('SOME_CODE · A sentence. · a reason');
  });

  it.each<[string, DoorReply | Error, string]>([
    ['a silent door', new Error('no answer within 1000 ms'), 'unreachable'],
    ['an absent store', reply(503, { code: 'STORE_UNAVAILABLE' }), 'unreachable'],
    ['a full store', reply(503, { code: 'STORE_UNAVAILABLE', failure: 'full' }), 'full'],
    [
      'a store that refuses',
      reply(503, { code: 'STORE_UNAVAILABLE', failure: 'refused' }),
      'refused',
    ],
    ['a word of later', reply(503, { code: 'STORE_UNAVAILABLE', failure: 'late' }), 'unreachable'],
    ['a door that stops', reply(503, { code: 'STOPPING' }), 'unreachable'],
    ['a door that is asked too often', reply(429, { code: 'TOO_MANY_REQUESTS' }), 'refused'],
    ['a fault', reply(500, { code: 'INTERNAL_ERROR' }), 'unreachable'],
    ['a load balancer without a door', reply(502, undefined, { body: '<html>' }), 'unreachable'],
    ['a refusal of somebody else', reply(403, undefined, { body: '<html>' }), 'unreachable'],
    ['a path that somebody else does not know', reply(404, { error: 'gone' }), 'unreachable'],
    ['a page of somebody else', reply(200, undefined, { body: '<html>' }), 'unreachable'],
    ['an outcome of later', reply(200, { outcome: 'welcomed' }), 'unreachable'],
    ['an empty answer', reply(204, undefined, { body: '' }), 'unreachable'],
    ['a way elsewhere', reply(302), 'unreachable'],
    ['a time that was up', reply(408, { code: 'REQUEST_TIMEOUT' }), 'unreachable'],
  ])('is away behind %s', async (_case, answer, failure) => {
    says = answer;
    const error: unknown = await store.report(aReport()).catch((thrown: unknown) => thrown);
    expect(storeFailure(error)).toBe(failure);
  });

  it('is asked again when the door said so, and not before; but after an interval at the latest', async () => {
    says = reply(503, { code: 'STORE_UNAVAILABLE' }, { headers: { 'retry-after': '2' } });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    says = reply(200);
    nowMs = 1_999;
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(asked).toHaveLength(1);
    nowMs = 2_000;
    await store.ping();

    says = reply(503, {}, { headers: { 'retry-after': '86400' } });
    await expect(store.ping()).rejects.toBeDefined();
    says = reply(200);
    nowMs += 5_000;
    await store.ping();
  });

  it('answers a ping also when it does not know us: the next report tells', async () => {
    says = reply(401, { code: 'IDENTITY_REFUSED' });
    await store.ping();
    expect(asked).toMatchObject([{ method: 'GET', path: '/ping', timeoutMs: 500 }]);
  });

  it('has the time that the door’s answers are of', async () => {
    says = reply(200, {}, { headers: { date: 'Sat, 21 Nov 2026 14:03:12 GMT' } });
    expect(await store.time()).toBe(Date.UTC(2026, 10, 21, 14, 3, 12, 500));
    says = reply(200, {}, { headers: {} });
    await expect(store.time()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is told to be silent once for each reason, and once to be back', async () => {
    const failing = async (next: DoorReply | Error) => {
      says = next;
      await store.ping().catch(() => undefined);
    };
    await failing(new Error('connect ECONNREFUSED 10.0.0.1:8450'));
    await failing(new Error('connect ECONNREFUSED 10.0.0.1:8450'));
    await failing(reply(502));
    expect(up).toBe(false);
    await failing(reply(200));
    await failing(reply(200));
    expect(up).toBe(true);
    expect(log.texts('log', 'warn')).toEqual([
      'the report door gives no answer: connect ECONNREFUSED 10.0.0.1:8450',
      'the report door gives no answer: it answers 502',
      'the report door answers again',
    ]);
  });
});

describe('the store behind a real door', () => {
  let ca: TestCa;
  let inMemory: InMemorySessionStore;
  let door: DoorUnderTest;
  let token: string;

  beforeAll(async () => {
    ca = await TestCa.create();
  });

  beforeEach(async () => {
    RecordedLog.install();
    inMemory = new InMemorySessionStore();
    door = await DoorUnderTest.open(ca, { store: inMemory });
    token = await door.token();
  });

  afterEach(() => door.close());

  it('keeps one connection for its questions', async () => {
    const opened = jest.fn();
    const sockets = new Set<unknown>();
    jest.spyOn(inMemory, 'report').mockImplementation(async () => {
      opened();
      return { kind: 'applied' };
    });
    const store = door.agentStore({ token });
    door.onConnection((socket) => sockets.add(socket));
    for (let sequence = 1; sequence <= 5; sequence++) await store.report(aReport({ sequence }));
    await store.ping();
    expect(opened).toHaveBeenCalledTimes(5);
    expect(sockets.size).toBe(1);
  });

  it('takes a report on a new connection when the old one is gone', async () => {
    const store = door.agentStore({ token });
    await store.report(aReport());
    const { port } = door;
    await door.kill();
    await door.listen(port);
    expect(await store.report(aReport({ sequence: 2 }))).toEqual({ kind: 'applied' });
  });

  it('is away behind a door that hangs', async () => {
    const deaf = await DoorUnderTest.open(ca, { store: inMemory });
    await deaf.pauseAnswers();
    const store = deaf.agentStore({ token });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await deaf.close();
  });

  it('is nobody’s whose certificate is of another authority', async () => {
    const other = await TestCa.create({ commonName: 'Another CA' });
    const impostor = await DoorUnderTest.open(other, { store: inMemory });
    const spy = jest.spyOn(inMemory, 'report');
    const store = door.agentStore({ token }, 'gpu-1', impostor.url);
    await expect(store.report(aReport())).rejects.toMatchObject({ failure: 'unreachable' });
    expect(spy).not.toHaveBeenCalled();
    await impostor.close();
  });

  it('is not spoken to under a name that its certificate has not', async () => {
    const url = new URL(`https://127.0.0.2:${door.port}`);
    const store = door.agentStore({ token }, 'gpu-1', url);
    await expect(store.ping()).rejects.toMatchObject({ failure: 'unreachable' });
  });
});

import { Metrics } from '@rollcall/observability';
import { AgentMetrics } from '../agent.metrics';
import { pass } from '../testing/jest-time';
import { RecordedLog } from '../testing/recorded-log';
import { fails, lists } from '../testing/simulated-agent';
import type { DcvReading } from './dcv-reader';
import { DcvWatch } from './dcv-watch.service';

const POLL_MS = 2_000;

let log: RecordedLog;
let says: DcvReading;
let takesMs: number;
let begunAtMs: number[];
let underWay: number;
let underWayMax: number;
let watch: DcvWatch;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordedLog.install();
  says = lists('console');
  takesMs = 100;
  begunAtMs = [];
  underWay = underWayMax = 0;
  const options = { pollIntervalMs: POLL_MS, graceMs: 30_000 };
  watch = new DcvWatch(read, options, new AgentMetrics(new Metrics()));
});

afterEach(async () => {
  await watch.stop();
  jest.useRealTimers();
});

async function read(signal: AbortSignal): Promise<DcvReading> {
  const reading = says;
  begunAtMs.push(performance.now());
  underWayMax = Math.max(underWayMax, ++underWay);
  await new Promise<void>((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    setTimeout(end, takesMs);
    signal.addEventListener('abort', end);
  });
  underWay -= 1;
  return reading;
}

function listed(): readonly string[] {
  const { sessions } = watch.standing();
  return sessions.kind === 'listed' ? sessions.ids : [];
}

describe('watching dcv', () => {
  it('takes one reading at a time, a poll interval after the last one', async () => {
    takesMs = 5_000;
    const startedAtMs = performance.now();
    watch.start();

    await pass(3 * (takesMs + POLL_MS) - 1);

    expect(begunAtMs.map((atMs) => atMs - startedAtMs)).toEqual([0, 7_000, 14_000]);
    expect(underWayMax).toBe(1);
  });

  it('tells of every reading, the failed ones too', async () => {
    const told: boolean[] = [];
    watch.onReading(() => told.push(watch.standing().healthy));
    watch.start();
    await pass(takesMs);
    says = fails;
    await pass(POLL_MS + takesMs);

    expect(told).toEqual([true, false]);
  });

  it('ends with a reading under way, which then says nothing', async () => {
    watch.start();
    await pass(0);

    await watch.stop();

    expect(watch.hasRead).toBe(false);
    expect(log.lines).toEqual([]);
  });
});

describe('a failing dcv', () => {
  it('is told with its kind and exit code, and what it said itself at debug level only', async () => {
    says = {
      kind: 'failed',
      failure: 'exit-code',
      reason: 'dcv ended with code 1',
      said: 'cannot list the session alice-secret',
    };
    watch.start();
    await pass(3 * (takesMs + POLL_MS));

    expect(log.texts('log', 'warn', 'error')).toEqual([
      expect.stringMatching(
        /does not list.*"failure":"exit-code","reason":"dcv ended with code 1"/,
      ),
    ]);
    expect(log.texts('log', 'warn', 'error').join()).not.toContain('secret');
    expect(log.texts('debug').join()).toContain('alice-secret');
  });
});

describe('a fresh reading', () => {
  it('is taken at once', async () => {
    watch.start();
    await pass(takesMs);
    says = lists('alice');

    void watch.fresh();
    await pass(takesMs);

    expect(listed()).toEqual(['alice']);
  });

  it('is not the one that was under way when it was asked for', async () => {
    watch.start();
    await pass(takesMs / 2);
    says = lists('alice');
    let seen: readonly string[] = [];
    void watch.fresh().then(() => (seen = listed()));

    await pass(takesMs / 2);
    expect(seen).toEqual([]);
    await pass(takesMs);

    expect(seen).toEqual(['alice']);
  });

  it('is waited for no longer when the watch ends', async () => {
    watch.start();
    await pass(takesMs);
    const fresh = watch.fresh();
    await pass(0);

    await watch.stop();

    await expect(fresh).resolves.toBe(false);
  });
});

describe('sessions that no report can carry', () => {
  it('are said once, masked, and once when there are none any more', async () => {
    says = { ...lists('console'), unusable: ['secret\n'] };
    watch.start();
    await pass(5 * (POLL_MS + takesMs));
    says = lists('console');
    await pass(5 * (POLL_MS + takesMs));

    expect(log.texts('log', 'warn', 'error')).toEqual([
      expect.stringMatching(/are left out.*"count":1,"sessions":\["#[0-9a-f]{8}"\]/),
      'no session is left out any more',
    ]);
  });
});

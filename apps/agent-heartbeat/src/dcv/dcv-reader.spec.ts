import { until } from '@rollcall/testing';
import { isRunning } from '../testing/is-running';
import { StandInDcv } from '../testing/stand-in-dcv';
import { DcvReader } from './dcv-reader';

const IMPATIENT_MS = 1_500;
const PATIENT_MS = 20_000;

jest.setTimeout(30_000);

let dcv: StandInDcv;

beforeEach(() => {
  dcv = new StandInDcv('console');
});

afterEach(() => dcv.remove());

function read(timeoutMs = PATIENT_MS, signal = new AbortController().signal) {
  return new DcvReader({ command: dcv.command, timeoutMs }).read(signal);
}

describe('reading dcv', () => {
  it('finds the sessions', async () => {
    dcv.lists('alice', 'bob');

    expect(await read()).toEqual({
      kind: 'listed',
      ids: ['alice', 'bob'],
      createdAtMs: new Map(),
      unusable: [],
    });
  });

  it('finds out when they were created', async () => {
    dcv.says([{ id: 'alice', 'creation-time': '2026-01-05T08:00:01.234567Z' }]);

    expect(await read()).toMatchObject({
      createdAtMs: new Map([['alice', Date.UTC(2026, 0, 5, 8, 0, 1, 234)]]),
    });
  });

  it('asks for JSON, with nothing on standard input', async () => {
    await read();

    expect(dcv.calls()).toMatchObject([{ args: ['list-sessions', '-j'], stdinIsEmpty: true }]);
  });

  it('takes no shell’s view of the command', async () => {
    const reader = new DcvReader({ command: `${dcv.command}; true`, timeoutMs: PATIENT_MS });

    expect(await reader.read(new AbortController().signal)).toMatchObject({
      kind: 'failed',
      failure: 'not-started',
    });
    expect(dcv.calls()).toEqual([]);
  });

  it.each(['/no/such/dcv', '/', 'dcv\0'])(
    'fails when there is no such program: %j',
    async (command) => {
      const reader = new DcvReader({ command, timeoutMs: PATIENT_MS });

      expect(await reader.read(new AbortController().signal)).toMatchObject({
        kind: 'failed',
        failure: 'not-started',
      });
    },
  );

  it('waits for a slow dcv', async () => {
    dcv.does('slow', ['console'], 500);

    expect(await read()).toMatchObject({ kind: 'listed', ids: ['console'] });
  });

  it('is not disturbed by warnings, however many', async () => {
    dcv.does('noisy', ['console']);

    expect(await read()).toMatchObject({ kind: 'listed', ids: ['console'] });
  });

  it.each([
    ['ends with an error', 'fail', 'exit-code'],
    ['ends with an error after a complete list', 'ok-but-code-2', 'exit-code'],
    ['is killed by somebody', 'die', 'signal'],
    ['prints text', 'text', 'unparsable'],
    ['prints half a list', 'truncated', 'unparsable'],
    ['prints more than a megabyte', 'huge', 'too-large'],
  ])('fails, and is no empty list, when dcv %s', async (_what, mode, failure) => {
    dcv.does(mode, ['console']);

    expect(await read()).toMatchObject({ kind: 'failed', failure });
  });

  it('says why, and apart from it what dcv said, free of control characters', async () => {
    dcv.does('fail');

    expect(await read()).toEqual({
      kind: 'failed',
      failure: 'exit-code',
      reason: `${dcv.command} ended with code 1`,
      said: 'no DCV server [31m is running here',
    });
  });

  it.each(['hang', 'endless'])(
    'gives up on a dcv that does not finish (%s), and kills it',
    async (mode) => {
      dcv.does(mode);

      expect(await read(IMPATIENT_MS)).toMatchObject({ kind: 'failed', failure: 'timeout' });

      const { pid } = dcv.calls()[0] ?? {};
      await until('the hung dcv is gone', () => pid !== undefined && !isRunning(pid));
    },
  );

  it.each([
    ['hangs with it', 'hang-with-a-child', { kind: 'failed', failure: 'timeout' }],
    ['outlives it, whose list counts all the same', 'leave-a-child', { kind: 'listed' }],
  ])('kills also what dcv has started when that %s', async (_what, mode, reading) => {
    dcv.does(mode, ['console']);

    expect(await read(2 * IMPATIENT_MS)).toMatchObject(reading);

    const child = dcv.calls().find((call) => call.child)?.child;
    await until('the child is gone', () => child !== undefined && !isRunning(child));
  });

  it('ends with the agent', async () => {
    dcv.does('hang');
    const stop = new AbortController();
    const reading = read(PATIENT_MS, stop.signal);
    await until('dcv runs', () => dcv.calls().length > 0);

    stop.abort();

    expect(await reading).toMatchObject({ kind: 'failed', failure: 'aborted' });
    const { pid } = dcv.calls()[0] ?? {};
    await until('dcv is gone', () => pid !== undefined && !isRunning(pid));
  });

  it('starts no second dcv while the first one survives even its kill', async () => {
    let started = 0;
    let die = () => {};
    const reader = new DcvReader({ command: 'dcv', timeoutMs: 1 }, () => ({
      result: Promise.resolve({ kind: 'failed', failure: 'timeout', reason: `${++started}` }),
      ended: new Promise((resolve) => (die = resolve)),
    }));
    const { signal } = new AbortController();

    expect(await reader.read(signal)).toMatchObject({ failure: 'timeout' });
    expect(await reader.read(signal)).toMatchObject({ failure: 'stuck' });
    expect(started).toBe(1);
    die();
    expect(await reader.read(signal)).toMatchObject({ failure: 'timeout', reason: '2' });
  });

  it('works again after a failure', async () => {
    const reader = new DcvReader({ command: dcv.command, timeoutMs: 5 * IMPATIENT_MS });
    const { signal } = new AbortController();
    dcv.does('fail');
    await reader.read(signal);
    dcv.lists('console');

    expect(await reader.read(signal)).toMatchObject({ kind: 'listed' });
  });
});

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const HOOK = join(__dirname, '../../../tools/setup/typescript-hook.cjs');
const RUN_MAIN = join(__dirname, 'run-main.ts');

interface Line {
  level: string;
  msg: string;
  err?: { message: string };
}

/** A real process whose app is this source text; its lines are waited for, and its end. */
class Child {
  private static readonly running = new Set<Child>();
  private readonly process: ChildProcessByStdio<null, Readable, Readable>;
  private readonly waiting = new Map<string, () => void>();
  private readonly lines: Line[] = [];
  private readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  private stderr = '';

  constructor(start: string, limits = '') {
    const source = `require(${JSON.stringify(RUN_MAIN)}).runMain('test', undefined, ${start} ${limits})`;
    this.process = spawn(
      process.execPath,
      ['--conditions=@rollcall/source', '--require', HOOK, '--eval', source],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.ended = once(this.process, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.process.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    createInterface(this.process.stdout).on('line', (line) => this.heard(line));
    Child.running.add(this);
  }

  static async killAll(): Promise<void> {
    for (const child of Child.running) {
      child.process.kill('SIGKILL');
      await child.ended;
    }
    Child.running.clear();
  }

  async says(word: string): Promise<void> {
    if (this.lines.some(({ msg }) => msg === word)) return;
    const said = new Promise<'said'>((resolve) => this.waiting.set(word, () => resolve('said')));
    if ((await Promise.race([said, this.ended])) !== 'said') {
      throw new Error(`ended without saying "${word}": ${this.stderr}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async end(): Promise<{ code: number | null; lines: Line[] }> {
    const [code] = await this.ended;
    return { code, lines: this.lines };
  }

  private heard(text: string): void {
    const line = text.startsWith('{') ? (JSON.parse(text) as Line) : { level: '', msg: text };
    this.lines.push(line);
    this.waiting.get(line.msg)?.();
  }
}

const said = (lines: Line[]) => lines.map(({ level, msg }) => `${level} ${msg}`.trim());

/** Source text of an app that starts at once; console.log is what the test waits for. */
const app = (stop: string) => `async () => {
  console.log('started');
  return { stop: async () => { ${stop} } };
}`;

describe('runMain', () => {
  jest.setTimeout(30_000);
  afterEach(() => Child.killAll());

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'keeps an app running that holds nothing, until %s stops it',
    async (signal) => {
      const child = new Child(app(`console.log('stopped')`));
      await child.says('started');
      child.signal(signal);

      const { code, lines } = await child.end();

      expect(code).toBe(0);
      expect(said(lines)).toEqual([
        'started',
        'info test is stopping',
        'stopped',
        'info test has stopped',
      ]);
    },
  );

  it('ends at once on a second signal', async () => {
    const child = new Child(app(`console.log('stopping'); await new Promise(() => {})`));
    await child.says('started');
    child.signal('SIGTERM');
    await child.says('stopping');
    child.signal('SIGINT');

    const { code, lines } = await child.end();

    expect(code).toBe(130);
    expect(said(lines).filter((line) => line === 'stopping')).toHaveLength(1);
  });

  it('waits no longer for the stop than its bound', async () => {
    const child = new Child(app('await new Promise(() => {})'), ', 50');
    await child.says('started');
    child.signal('SIGTERM');

    const { code, lines } = await child.end();

    expect(code).toBe(1);
    expect(said(lines).at(-1)).toBe('fatal test did not stop cleanly: not stopped within 50 ms');
  });

  it('exits 1 when the stop fails', async () => {
    const child = new Child(app(`throw new Error('stuck')`));
    await child.says('started');
    child.signal('SIGTERM');

    const { code, lines } = await child.end();

    expect(code).toBe(1);
    expect(said(lines).at(-1)).toBe('fatal test did not stop cleanly: stuck');
  });

  it.each([
    ['has stopped', `console.log('stopped')`, ['stopped']],
    ['fails to stop', `throw new Error('stuck')`, ['error test did not stop cleanly: stuck']],
    [
      'does not stop in time',
      'await new Promise(() => {})',
      ['error test did not stop cleanly: not stopped within 50 ms'],
    ],
  ])(
    'exits with the code of an app that ends by itself, when it %s',
    async (_how, stop, sentences) => {
      const ending = `async () => ({ ended: Promise.resolve(3), stop: async () => { ${stop} } })`;
      const { code, lines } = await new Child(ending, ', 50').end();

      expect(code).toBe(3);
      expect(said(lines)).toEqual(sentences);
    },
  );

  it('stops once an app that ends by itself while it is told to stop', async () => {
    const child = new Child(`async () => {
      console.log('started');
      let give;
      const ended = new Promise((resolve) => (give = resolve));
      return { ended, stop: async () => { console.log('stopped'); give(3); await ended; } };
    }`);
    await child.says('started');
    child.signal('SIGTERM');

    const { code, lines } = await child.end();

    expect(code).toBe(0);
    expect(said(lines).filter((line) => line === 'stopped')).toHaveLength(1);
  });

  it('stops, when the signal came during the start, as soon as that is done', async () => {
    const child = new Child(`async () => {
      console.log('starting');
      await new Promise((resolve) => process.once('SIGTERM', () => setImmediate(resolve)));
      console.log('started');
      return { stop: async () => console.log('stopped') };
    }`);
    await child.says('starting');
    child.signal('SIGTERM');

    const { code, lines } = await child.end();

    expect(code).toBe(0);
    expect(said(lines)).toEqual([
      'starting',
      'info test is stopping',
      'started',
      'stopped',
      'info test has stopped',
    ]);
  });

  it('says once that it could not start, also when it was told to stop meanwhile', async () => {
    const child = new Child(`async () => {
      console.log('starting');
      await new Promise((resolve) => process.once('SIGTERM', () => setImmediate(resolve)));
      throw new Error('no port');
    }`);
    await child.says('starting');
    child.signal('SIGTERM');

    const { code, lines } = await child.end();

    expect(code).toBe(1);
    expect(said(lines)).toEqual([
      'starting',
      'info test is stopping',
      'fatal test could not start: no port',
    ]);
  });

  it('leaves no line unwritten, however many there are, nor any in disorder', async () => {
    const child = new Child(`async () => {
      for (let n = 0; n < 3000; n += 1) console.log(String(n).padStart(100, '0'));
      throw new Error('no port');
    }`);

    const { lines } = await child.end();

    expect(lines.slice(0, -1).map(({ msg }) => Number(msg))).toEqual([...Array(3000).keys()]);
    expect(lines.at(-1)?.level).toBe('fatal');
  });

  it.each([
    ['rejects', `async () => { throw new Error('no port') }`],
    ['throws', `() => { throw new Error('no port') }`],
  ])('exits 1 with one fatal line when the start %s', async (_how, start) => {
    const { code, lines } = await new Child(start).end();

    expect(code).toBe(1);
    expect(said(lines)).toEqual(['fatal test could not start: no port']);
    expect(lines[0]?.err).toMatchObject({ message: 'no port' });
  });

  it('exits 78 when it is the configuration that does not let it start', async () => {
    const start = `() => { throw Object.assign(new Error('X must be 1'), { code: 'CONFIG_INVALID' }) }`;

    expect((await new Child(start).end()).code).toBe(78);
  });

  it('exits 78 when a wrong configuration shows only while the app runs, and says what is wrong', async () => {
    const wrong = `Object.assign(new Error('X must be 1'), { code: 'CONFIG_INVALID' })`;
    const start = `async () => { setImmediate(() => { throw ${wrong} }); return { stop() {} } }`;

    const { code, lines } = await new Child(start).end();

    expect(code).toBe(78);
    expect(said(lines)).toEqual(['fatal test ends: X must be 1']);
  });

  it.each([
    ['error', `setImmediate(() => { throw new Error('a bug') })`],
    ['rejection', `Promise.reject(new Error('a bug'))`],
  ])('ends with a fatal line and exit 1 on an %s that nobody caught', async (kind, bug) => {
    const { code, lines } = await new Child(`async () => { ${bug}; return { stop() {} } }`).end();

    expect(code).toBe(1);
    expect(said(lines)).toEqual([
      `fatal test ends: ${kind === 'error' ? 'an' : 'a'} ${kind} that nobody caught`,
    ]);
    expect(lines[0]?.err).toMatchObject({ message: 'a bug' });
  });
});

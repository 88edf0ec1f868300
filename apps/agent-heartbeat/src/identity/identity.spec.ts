import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isServerId, type ServerId } from '@rollcall/domain';
import { TempDir } from '../testing/temp-dir';
import { IDENTITY_FILE, nextLife, type Identity, type IdentitySources } from './identity';

const MORNING_MS = Date.UTC(2026, 10, 21, 8);
const MORNING_S = MORNING_MS / 1000;

let dir: TempDir;

beforeEach(() => {
  dir = new TempDir();
});

afterEach(() => dir.remove());

function start(sources: Partial<IdentitySources> = {}): Identity {
  return nextLife({ stateDir: dir.path, machine: 'machine-a', nowMs: MORNING_MS, ...sources });
}

function saved(): Record<string, unknown> {
  return JSON.parse(readFileSync(dir.file(IDENTITY_FILE), 'utf8'));
}

describe('the server id', () => {
  it('is made once and kept', () => {
    const first = start();
    const second = start();

    expect(first.origin).toBe('made');
    expect(isServerId(first.server)).toBe(true);
    expect(second).toMatchObject({ server: first.server, origin: 'kept' });
  });

  it('is another one on every host', () => {
    const other = new TempDir();
    try {
      expect(start().server).not.toBe(start({ stateDir: other.path }).server);
    } finally {
      other.remove();
    }
  });

  it('is the configured one, if there is one', () => {
    expect(start({ configured: 'gpu-1' as ServerId })).toMatchObject({
      server: 'gpu-1',
      origin: 'configured',
    });
  });

  it('is that of the identity shown at a report door, and never another', () => {
    const shown = 'gpu-1' as ServerId;

    expect(start({ shown })).toMatchObject({ server: 'gpu-1', origin: 'shown' });
    expect(start({ shown, configured: shown })).toMatchObject({ origin: 'configured' });
    expect(() => start({ shown, configured: 'gpu-2' as ServerId })).toThrow(
      /AGENT_SERVER_ID is gpu-2.*is of gpu-1/,
    );
  });

  it('survives a time with a configured one', () => {
    const made = start().server;
    start({ configured: 'gpu-1' as ServerId });

    expect(start().server).toBe(made);
  });

  it('is made anew when the state directory was cloned to another machine', () => {
    const original = start();
    const clone = start({ machine: 'machine-b' });

    expect(clone.origin).toBe('cloned');
    expect(clone.server).not.toBe(original.server);
    expect(start({ machine: 'machine-b' })).toMatchObject({ server: clone.server, origin: 'kept' });
  });

  it('is kept while the machine cannot be told apart', () => {
    const { server } = start({ machine: undefined });

    expect(start().server).toBe(server);
    expect(start({ machine: undefined }).server).toBe(server);
    expect(start({ machine: 'machine-b' }).origin).toBe('cloned');
  });
});

describe('the boot number', () => {
  it('rises with every start, within one second too', () => {
    const boots = [start(), start(), start()].map(({ boot }) => boot);

    expect(boots).toEqual([MORNING_S, MORNING_S + 1, MORNING_S + 2]);
  });

  it('rises though the clock was set back', () => {
    const { boot } = start();

    expect(start({ nowMs: MORNING_MS - 3_600_000 }).boot).toBe(boot + 1);
  });

  it('is above those of earlier lives though the state directory was lost', () => {
    const lives = [start(), start(), start()];
    writeFileSync(dir.file(IDENTITY_FILE), JSON.stringify({ boot: 1 }));

    const { boot } = start({ nowMs: MORNING_MS + 60_000 });

    expect(boot).toBeGreaterThan(Math.max(...lives.map((life) => life.boot)));
  });

  it('is on disk before anybody learns of it', () => {
    const { boot } = start();

    expect(saved()).toMatchObject({ boot });
  });

  it('leaves no draft behind', () => {
    start();

    expect(existsSync(dir.file(`${IDENTITY_FILE}.new`))).toBe(false);
  });

  it('is not disturbed by the draft of a start that was killed', () => {
    const { server } = start();
    writeFileSync(dir.file(`${IDENTITY_FILE}.new`), '{"bo');

    expect(start().server).toBe(server);
  });
});

describe('a damaged state', () => {
  it.each([
    ['', 'holds no JSON'],
    ['{"boot":3', 'holds no JSON'],
    ['[]', 'does not hold'],
    ['{"boot":0}', 'does not hold'],
    ['{"boot":"7"}', 'does not hold'],
    ['{"boot":7,"server":"a b"}', 'does not hold'],
    ['{"boot":7,"machine":1}', 'does not hold'],
    ['{"boot":9999999999}', 'beyond every clock'],
  ])('stops the agent, which makes no guess: %s', (text, sentence) => {
    writeFileSync(dir.file(IDENTITY_FILE), text);

    expect(() => start()).toThrow(sentence);
    expect(() => start({ configured: 'gpu-1' as ServerId })).toThrow('is damaged');
    expect(readFileSync(dir.file(IDENTITY_FILE), 'utf8')).toBe(text);
  });

  it('stops the agent when it cannot be read', () => {
    mkdirSync(dir.file(IDENTITY_FILE));

    expect(() => start()).toThrow('cannot be read (EISDIR)');
  });

  it('stops the agent when it cannot be written', () => {
    mkdirSync(dir.file(`${IDENTITY_FILE}.new`));

    expect(() => start()).toThrow('cannot be written (EISDIR)');
  });
});

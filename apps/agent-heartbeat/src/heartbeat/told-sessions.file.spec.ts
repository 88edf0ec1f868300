import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import type { LocalId, ServerId } from '@rollcall/domain';
import type { Openings } from '../roster/openings';
import { RecordedLog } from '../testing/recorded-log';
import { TempDir } from '../testing/temp-dir';
import { TOLD_SESSIONS_FILE, ToldSessionsFile } from './told-sessions.file';

const AS = { server: 'gpu-1' as ServerId, roll: 'main' };

let dir: TempDir;
let path: string;
let log: RecordedLog;

beforeEach(() => {
  log = RecordedLog.install();
  dir = new TempDir();
  path = dir.file(TOLD_SESSIONS_FILE);
});

afterEach(() => dir.remove());

const open = (as: Partial<typeof AS> = {}) => new ToldSessionsFile(dir.path, { ...AS, ...as });

function openings(sessions: Record<string, number | undefined>, number: number): Openings {
  const entries = Object.entries(sessions);
  return new Map(entries.map(([id, createdAtMs]) => [id as LocalId, { number, createdAtMs }]));
}

const TOLD = { console: 1_000_123, 'söme "one"': undefined };

describe('what was told of the sessions', () => {
  it('is known to the next life, as from before its first reading', () => {
    open().keep(openings(TOLD, 17));

    expect(open().before).toEqual(openings(TOLD, 0));
    expect(log.lines).toEqual([]);
  });

  it('is not known at the first start, and nobody is alarmed', () => {
    expect(open().before).toEqual(new Map());
    expect(log.lines).toEqual([]);
  });

  it('is for the agent’s user alone to read, and leaves no draft behind', () => {
    open().keep(openings(TOLD, 1));

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is written when it says something else, and not at every report', () => {
    open().keep(openings(TOLD, 1));
    const file = open();
    mkdirSync(`${path}.new`);
    file.keep(openings(TOLD, 0));
    file.keep(openings(TOLD, 5));
    expect(log.lines).toEqual([]);
    rmdirSync(`${path}.new`);

    file.keep(openings({ console: 2_000_456 }, 6));

    expect(open().before).toEqual(openings({ console: 2_000_456 }, 0));
  });

  it.each([{ server: 'gpu-2' as ServerId }, { roll: 'other' }])(
    'to another roll, or as another server, counts not: %j',
    (as) => {
      open(as).keep(openings(TOLD, 1));

      expect(open().before).toEqual(new Map());
    },
  );

  it.each([
    ['', 'it holds no JSON'],
    ['{"server":"gpu-1","roll":"main","sess', 'it holds no JSON'],
    ['null', 'not what an agent'],
    ['{"server":"gpu-1","roll":"main"}', 'not what an agent'],
    [saved({ console: 1 }), 'not what an agent'],
    [saved([['console']]), 'not what an agent'],
    [saved([['console', '1']]), 'not what an agent'],
    [saved([['console', 1.5]]), 'not what an agent'],
    [saved([['', 1]]), 'not what an agent'],
    [saved([[7, 1]]), 'not what an agent'],
    [saved(Array.from({ length: 501 }, (_, n) => [`session-${n}`, 1])), 'not what an agent'],
  ])('counts not when it is damaged, which is logged: %.60s', (text, reason) => {
    writeFileSync(path, text);

    expect(open().before).toEqual(new Map());
    expect(log.texts('warn')).toEqual([expect.stringContaining('all count as reopened')]);
    expect(log.texts('warn').join()).toContain(reason);
  });

  it('is replaced when it was damaged', () => {
    writeFileSync(path, 'damaged');
    open().keep(openings(TOLD, 1));

    expect(open().before).toEqual(openings(TOLD, 0));
  });

  it('counts not when it cannot be read', () => {
    mkdirSync(path);

    expect(open().before).toEqual(new Map());
    expect(log.texts('warn').join()).toContain('EISDIR');
  });

  it('that cannot be kept stops nobody, is logged once, and is tried again', () => {
    const file = open();
    mkdirSync(`${path}.new`);
    file.keep(openings({ console: 1 }, 1));
    file.keep(openings({ console: 2 }, 2));
    expect(log.texts('warn')).toEqual([expect.stringMatching(/cannot be kept.*EISDIR/)]);
    dir.remove();
    mkdirSync(dir.path);
    file.keep(openings({ console: 2 }, 2));

    expect(open().before).toEqual(openings({ console: 2 }, 0));
  });

  it('names no session in the log', () => {
    writeFileSync(path, '["a-secret-session", damaged');
    const file = open();
    mkdirSync(`${path}.new`);
    file.keep(openings({ 'a-secret-session': 1 }, 1));

    expect(log.lines).toHaveLength(2);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });
});

function saved(sessions: unknown): string {
  return JSON.stringify({ ...AS, sessions });
}

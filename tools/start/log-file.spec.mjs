import {
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundLog, logTail, openLog } from './log-file.mjs';

let folder;
let path;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-log-'));
  path = join(folder, 'resolver.log');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a log', () => {
  it('starts empty', () => {
    writeFileSync(path, 'an earlier run\n');
    closeSync(openLog(path));
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('is emptied once it has grown too long, and written on from its top', () => {
    const log = openLog(path);
    writeSync(log, 'before\n');
    truncateSync(path, 21 * 1024 * 1024);
    boundLog(path);
    writeSync(log, 'after\n');
    closeSync(log);
    expect(readFileSync(path, 'utf8')).toBe('after\n');
  });

  it('ends with its last lines, of which JSON ones are made readable', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const last = JSON.stringify({ level: 'fatal', msg: 'no store', err: { message: 'refused' } });
    writeFileSync(path, `${[...lines, last].join('\n')}\n`);
    const tail = logTail(path);
    expect(tail).toHaveLength(12);
    expect(tail.slice(-2)).toEqual(['line 19', 'fatal · no store · refused']);
  });
});

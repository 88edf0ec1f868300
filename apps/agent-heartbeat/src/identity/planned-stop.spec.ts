import { writeFileSync } from 'node:fs';
import { TempDir } from '../testing/temp-dir';
import { notePlannedStop, takePlannedStop } from './planned-stop';

const NOW_MS = Date.UTC(2026, 10, 21, 8);
const WITHIN_MS = 20_000;

let dir: TempDir;

beforeEach(() => {
  dir = new TempDir();
});

afterEach(() => dir.remove());

describe('a planned stop', () => {
  it('is known to the next start', () => {
    notePlannedStop(dir.path, NOW_MS);

    expect(takePlannedStop(dir.path, NOW_MS + 1_000, WITHIN_MS)).toBe(true);
  });

  it('is known to the next start only', () => {
    notePlannedStop(dir.path, NOW_MS);
    takePlannedStop(dir.path, NOW_MS + 1_000, WITHIN_MS);

    expect(takePlannedStop(dir.path, NOW_MS + 2_000, WITHIN_MS)).toBe(false);
  });

  it('was not, when the agent was killed', () => {
    expect(takePlannedStop(dir.path, NOW_MS, WITHIN_MS)).toBe(false);
  });

  it.each([
    ['long ago', NOW_MS + WITHIN_MS + 1],
    ['in the future, as the clock was set back', NOW_MS - 1],
  ])('counts no more when it was %s', (_when, atMs) => {
    notePlannedStop(dir.path, NOW_MS);

    expect(takePlannedStop(dir.path, atMs, WITHIN_MS)).toBe(false);
  });

  it('counts not when its note is damaged', () => {
    writeFileSync(dir.file('planned-stop'), 'yesterday');

    expect(takePlannedStop(dir.path, NOW_MS, WITHIN_MS)).toBe(false);
  });
});

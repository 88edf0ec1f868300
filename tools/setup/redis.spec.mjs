import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findRedisServer, redisServerVersion } from './redis.mjs';

const folders = [];

function aFolderWith(programs) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-path-'));
  folders.push(folder);
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('findRedisServer', () => {
  it('finds a Valkey where there is no Redis', () => {
    const folder = aFolderWith({ 'valkey-server': 'Valkey server v=8.0.1 sha=00000000:0' });
    expect(findRedisServer(folder)).toBe(join(folder, 'valkey-server'));
    expect(redisServerVersion(join(folder, 'valkey-server'))).toBe('8.0.1');
  });

  it('passes over a Redis that is too old', () => {
    const old = aFolderWith({ 'redis-server': 'Redis server v=6.0.16 sha=00000000:0' });
    const good = aFolderWith({ 'redis-server': 'Redis server v=7.0.15 sha=00000000:0' });
    expect(findRedisServer(old)).toBeUndefined();
    expect(findRedisServer([old, good].join(delimiter))).toBe(join(good, 'redis-server'));
  });

  it('finds nothing on an empty PATH', () => {
    expect(findRedisServer('')).toBeUndefined();
  });
});

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../setup/run-command.mjs';
import { stateDir } from '../../start/paths.mjs';

const PACKAGE = 'lua-nginx-redis';
const INSTALLED = '/usr/share/lua/5.1';
const MODULE = 'nginx/redis.lua';

/**
 * The folder of nginx's Redis client for Lua. Debian's package of this one file asks for every module of nginx, so it is
 * fetched and unpacked, not installed.
 */
export async function bringLuaRedis() {
  const folder = join(stateDir, 'bench/lua-redis');
  const unpacked = join(folder, INSTALLED);
  for (const place of [INSTALLED, unpacked]) if (existsSync(join(place, MODULE))) return place;
  mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, quiet: true };
  await runCommand('apt-get', ['-qq', 'download', PACKAGE], options);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (archive) await runCommand('dpkg-deb', ['-x', archive, '.'], options);
  if (existsSync(join(unpacked, MODULE))) return unpacked;
  throw new Error(`nginx's Redis client for Lua could not be had: install Debian's ${PACKAGE}.`);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

/** A ready-made user of deploy/redis/acl: its line, and the name and password in it. */
export function aclUser(file, server = 'SERVER') {
  const line = readFileSync(join(root, 'deploy/redis/acl', `${file}.acl`), 'utf8').trim();
  const filled = line.replaceAll('SERVER', server);
  const [, name, password] = /^user (\S+) on >(\S+) /.exec(filled);
  return { line: filled, name, password };
}

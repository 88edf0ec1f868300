import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../../deploy/redis/acl');

/** The ready-made users, by the file that has them. */
export type AclFile = 'agent' | 'agent-of-one-host' | 'cli' | 'ingest' | 'reconciler' | 'resolver';

/** A user's name and rules, as ACL SETUSER takes them; with no password, and for one host where the file is for one. */
export function aclUser(file: AclFile, server = ''): [name: string, ...rules: string[]] {
  const line = readFileSync(join(FOLDER, `${file}.acl`), 'utf8').trim();
  const [, name = '', ...rules] = line.replaceAll('SERVER', server).split(' ');
  return [name, ...rules.map((rule) => (rule.startsWith('>') ? 'nopass' : rule))];
}

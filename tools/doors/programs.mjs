import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps servers, which is not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** What the door tests run besides Node: the file of each, and Debian's package that has it. */
export const PROGRAMS = {
  nginx: { package: 'nginx', names: ['nginx'] },
  nginxLua: {
    package: 'libnginx-mod-http-lua',
    names: ['/usr/lib/nginx/modules/ngx_http_lua_module.so'],
  },
  apache: { package: 'apache2', names: ['apache2'] },
  chromium: { package: 'chromium', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  openssl: { package: 'openssl', names: ['openssl'] },
  curl: { package: 'curl', names: ['curl'] },
};

/** Services that those packages bring along, and that must not run for a test. */
export const SERVICES = { nginx: 'nginx', apache2: 'apache2' };

/** The path of a program, if it is there. */
export function findProgram({ names }, path = process.env.PATH ?? '') {
  const folders = [...path.split(delimiter), ...SYSTEM_FOLDERS];
  return names
    .flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .find((file) => existsSync(file));
}

/** The path of a program that has to be there. */
export function programFile(program) {
  const file = findProgram(program);
  if (!file) throw new Error(`${program.names[0]} is missing: install ${program.package}.`);
  return file;
}

/** The packages of those programs that are not there. */
export function missingPackages(programs = PROGRAMS) {
  return Object.values(programs)
    .filter((program) => !findProgram(program))
    .map((program) => program.package);
}

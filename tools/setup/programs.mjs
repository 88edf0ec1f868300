import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { canInstallDebianPackages, installDebianPackages } from './debian-packages.mjs';

/** Where Debian keeps servers, which is not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/**
 * A program is `{ package, names, service }`: Debian's package that has it, the names of its file (or where that is),
 * and the service that the package brings along, if one, which must not run beside what is tested.
 */

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

/** Those programs that are not there. */
export function missingPrograms(programs) {
  return Object.values(programs).filter((program) => !findProgram(program));
}

/** Installs the programs that are missing, where apt-get may; throws a sentence with the packages of those that still are. */
export async function bringPrograms(programs) {
  const sentence = await installPrograms(programs);
  if (sentence) throw new Error(sentence);
}

/** The same for programs that one can do without: resolves to that sentence, if one has to be said. */
export async function installPrograms(programs) {
  const missing = missingPrograms(programs);
  if (missing.length > 0 && canInstallDebianPackages()) {
    const services = missing.map(({ service }) => service).filter(Boolean);
    await installDebianPackages(packagesOf(missing), services);
  }
  const packages = packagesOf(missingPrograms(programs)).join(' ');
  return packages && `Missing: ${packages}. On Debian or Ubuntu: apt-get install ${packages}`;
}

function packagesOf(programs) {
  return [...new Set(programs.map((program) => program.package))];
}

import { readdirSync } from 'node:fs';

const FOLDER = new URL('./faults/', import.meta.url);

/** Every fault, in the order of their numbers: what the files of `faults/` export, one or a small family each. */
export async function allFaults() {
  const files = readdirSync(FOLDER).filter((name) => /^f\d.*\.mjs$/.test(name));
  const exported = await Promise.all(files.map((name) => import(new URL(name, FOLDER).href)));
  return exported.flatMap((module) => module.default).sort(byNumber);
}

/** Those that are wanted: by number (`F7`: its variants, too), all, or the core. */
export function chosenFaults(faults, { names, all }) {
  if (names.length === 0) return faults.filter(({ core }) => all || core);
  return names.flatMap((name) => {
    const wanted = new RegExp(`^${name}(?![0-9])`, 'i');
    const found = faults.filter(({ id }) => wanted.test(id));
    if (found.length === 0) throw new Error(`There is no fault called ${name}.`);
    return found;
  });
}

function byNumber(one, other) {
  return one.id.localeCompare(other.id, 'en', { numeric: true });
}

// Keeps .env.example, and the table of settings in README.md, equal to the settings that the apps declare.
//   node tools/checks/env-example.mjs          fails when one of them is out of date
//   node tools/checks/env-example.mjs --write  writes them
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { envExample, readmeWithSettings } from './settings-documents.mjs';
import { declaredSettings } from './declared-settings.mjs';

const sections = declaredSettings();
const readme = join(root, 'README.md');
const documents = [['.env.example', envExample(sections)]];
if (existsSync(readme)) {
  documents.push(['README.md', await readmeWithSettings(readFileSync(readme, 'utf8'), sections)]);
}

for (const [name, text] of documents) {
  const file = join(root, name);
  const current = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (current === text) {
    console.log(`${name}: the settings are up to date`);
  } else if (process.argv.includes('--write')) {
    writeFileSync(file, text);
    console.log(`${name}: settings written`);
  } else {
    console.error(
      `${name} does not show the settings as declared: run node tools/checks/env-example.mjs --write`,
    );
    process.exitCode = 1;
  }
}

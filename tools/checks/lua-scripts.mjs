// Embeds libs/session-store/scripts/*.lua, with their includes, into one TypeScript module.
//   node tools/checks/lua-scripts.mjs          fails when the committed module is out of date
//   node tools/checks/lua-scripts.mjs --write  writes it
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join(root, 'libs/session-store/scripts');
const target = join(root, 'libs/session-store/src/lua/scripts.generated.ts');

const read = (name) => readFileSync(join(folder, name), 'utf8').trimEnd();
const withoutComments = (lua) => lua.replace(/^ *--(?!@).*\n?/gm, '').replace(/^ +/gm, '');
const assemble = (name) =>
  withoutComments(read(name)).replace(/^--@include (\S+)$/gm, (_, part) =>
    assemble(`include/${part}.lua`),
  );
const camelCase = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

const entries = readdirSync(folder)
  .filter((name) => name.endsWith('.lua'))
  .sort()
  .map((name) => {
    const lua = assemble(name);
    if (/[`\\$]/.test(lua.replace(/\\[tn]/g, '').replace(/[$](?=')/g, '')))
      throw new Error(`${name}: a backtick, or an escape other than \\t and \\n`);
    return `  ${camelCase(name.slice(0, -4))}: String.raw\`\n${lua}\n\`.trim(),`;
  });
const module = `// Made from ../../scripts/*.lua by tools/checks/lua-scripts.mjs --write: change those.
/** The store's Lua scripts by operation; KEYS, ARGV and returns are documented in the files they are made from. */
export const LUA_SCRIPTS = {
${entries.join('\n')}
} as const;
`;

if (process.argv.includes('--write')) {
  writeFileSync(target, module);
  console.log('libs/session-store/src/lua/scripts.generated.ts written');
} else if (readFileSync(target, 'utf8') !== module) {
  console.error(
    'libs/session-store/src/lua/scripts.generated.ts is out of date: run node tools/checks/lua-scripts.mjs --write',
  );
  process.exitCode = 1;
} else {
  console.log('Lua scripts: embedded module is up to date');
}

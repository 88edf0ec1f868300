import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

/**
 * The declared settings in sections of `{ name, about, defaults }`, where `defaults` maps each default to the apps that
 * have it. A setting that several apps read stands once: in the section of the library's group, else of the first app.
 * One that no app declares is read by the command alone, with the library's default.
 */
export function declaredSettings() {
  const { library, apps } = JSON.parse(printedSettings());
  const sections = [...Object.entries(library), ...Object.entries(apps)].map(([title]) => ({
    title,
    settings: [],
  }));
  const byName = new Map();
  const known = (setting, title) => {
    if (!byName.has(setting.name)) {
      const entry = { name: setting.name, about: setting.about, defaults: new Map() };
      byName.set(setting.name, entry);
      sections.find((section) => section.title === title).settings.push(entry);
    }
    return byName.get(setting.name);
  };
  for (const [title, settings] of Object.entries(library)) {
    for (const setting of settings) known(setting, title);
  }
  for (const [app, settings] of Object.entries(apps)) {
    for (const setting of settings) {
      const { defaults } = known(setting, app);
      defaults.set(setting.default, [...(defaults.get(setting.default) ?? []), app]);
    }
  }
  for (const setting of Object.values(library).flat()) {
    const { defaults } = byName.get(setting.name);
    if (defaults.size === 0) defaults.set(setting.default, []);
  }
  return sections.filter(({ settings }) => settings.length > 0);
}

function printedSettings() {
  const args = [
    '--conditions=@rollcall/source',
    '--require',
    join(root, 'tools/setup/typescript-hook.cjs'),
    join(root, 'tools/checks/print-settings.cjs'),
  ];
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

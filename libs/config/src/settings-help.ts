import type { SettingsGroups } from './read-env';
import { settingsOf, type SettingInfo } from './setting.decorator';

/** The text of `--help`: what the app is for, then every setting with its default and its reason. */
export function settingsHelp(groups: SettingsGroups, about: string): string {
  const settings = Object.values(groups).flatMap((group) => settingsOf(group));
  // A setting that several groups read stands once.
  const byName = new Map(settings.toReversed().map((setting) => [setting.name, setting]));
  const entries = [...byName.values()].toReversed().map(entry);
  return [about, '', 'Settings (environment variables):', ...entries, ''].join('\n');
}

function entry({ name, default: fallback, about }: SettingInfo): string {
  const shown = fallback === undefined || fallback === '' ? 'unset' : String(fallback);
  return `  ${name} (${shown})\n      ${about}`;
}

import type { SettingsGroups } from './read-env';
import { settingsOf, type SettingInfo } from './setting.decorator';

/** The text of `--help`: what the app is for, then every setting with its default and its reason. */
export function settingsHelp(groups: SettingsGroups, about: string): string {
  const settings = Object.values(groups).flatMap((group) => settingsOf(group));
  return [about, '', 'Settings (environment variables):', ...settings.map(entry), ''].join('\n');
}

function entry({ name, default: fallback, about }: SettingInfo): string {
  const shown = fallback === undefined || fallback === '' ? 'unset' : String(fallback);
  return `  ${name} (${shown})\n      ${about}`;
}

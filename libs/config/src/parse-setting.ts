import type { SettingInfo, SettingKind, SettingValue } from './setting.decorator';

/** What became of a variable's text. */
export type ParsedSetting =
  | { readonly ok: true; readonly value: SettingValue | undefined }
  | { readonly ok: false; readonly problem: string };

const DECIMAL = /^[+-]?\d{1,15}(\.\d{1,15})?$/;
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** Reads a variable; an empty one counts as unset. The problem never repeats the text, which may be a secret. */
export function parseSetting(
  setting: SettingInfo,
  kind: SettingKind,
  text: string | undefined,
): ParsedSetting {
  const trimmed = text?.trim() ?? '';
  if (text === undefined || trimmed === '') return { ok: true, value: setting.default };
  switch (kind) {
    case 'number':
      return DECIMAL.test(trimmed)
        ? { ok: true, value: Number(trimmed) }
        : { ok: false, problem: `${setting.name} must be a number${example(setting)}` };
    case 'boolean': {
      const value = BOOLEANS[trimmed.toLowerCase()];
      return value === undefined
        ? { ok: false, problem: `${setting.name} must be true or false` }
        : { ok: true, value };
    }
    case 'string':
      return { ok: true, value: text };
  }
}

function example(setting: SettingInfo): string {
  return setting.default === undefined ? '' : `, such as ${setting.default}`;
}

import 'reflect-metadata';

/** What a setting may be. */
export type SettingValue = string | number | boolean;

/** What an operator has to know of a setting. */
export interface SettingOptions {
  /** Holds when the variable is unset or empty; without one the property stays undefined. */
  readonly default?: SettingValue;
  /** What it decides and why one would change it, as a sentence without a full stop. */
  readonly about: string;
}

/** One environment variable. */
export interface SettingInfo extends SettingOptions {
  /** Name of the variable, and of the property it is read into. */
  readonly name: string;
}

/** How a variable's text is read. */
export type SettingKind = 'string' | 'number' | 'boolean';

/** One group of settings: rules by class-validator, and the plain object that the app gets to see. */
export interface Settings<Config = unknown> {
  /** Turns the validated settings into what the app uses; throws ConfigError when a relation between them fails. */
  toConfig(): Config;
}

/** A class whose properties are settings. */
export type SettingsClass<Config = unknown> = new () => Settings<Config>;

const SETTINGS = Symbol('settings');

/** Declares that the property is read from the environment variable of the same name. */
export function Setting(options: SettingOptions): PropertyDecorator {
  return (prototype, property) => {
    const name = String(property);
    const own = (Reflect.getOwnMetadata(SETTINGS, prototype) ?? []) as SettingInfo[];
    Reflect.defineMetadata(SETTINGS, [...own, { name, ...options }], prototype);
  };
}

/** The settings of a class in the order they are declared, those of its base classes first. */
export function settingsOf(settingsClass: SettingsClass): SettingInfo[] {
  const settings: SettingInfo[] = [];
  let prototype: object | null = settingsClass.prototype as object;
  while (prototype !== null) {
    settings.unshift(...((Reflect.getOwnMetadata(SETTINGS, prototype) ?? []) as SettingInfo[]));
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return settings;
}

/** How a setting is read: by the declared type of its property, else (a union, an alias) by that of its default. */
export function kindOf(settingsClass: SettingsClass, setting: SettingInfo): SettingKind {
  const declared: unknown = Reflect.getMetadata(
    'design:type',
    settingsClass.prototype as object,
    setting.name,
  );
  if (declared === Number) return 'number';
  if (declared === Boolean) return 'boolean';
  if (declared === String || setting.default === undefined) return 'string';
  return typeof setting.default as SettingKind;
}

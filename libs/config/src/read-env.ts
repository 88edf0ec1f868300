import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigError } from './config-error';
import { parseSetting } from './parse-setting';
import { kindOf, settingsOf, type SettingsClass } from './setting.decorator';

/** The environment, as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings an app reads, by the name under which it gets them. */
export type SettingsGroups = Readonly<Record<string, SettingsClass>>;

/** What an app gets: for each group what its `toConfig` returns. */
export type Config<Groups extends SettingsGroups> = {
  readonly [Name in keyof Groups]: ReturnType<InstanceType<Groups[Name]>['toConfig']>;
};

/**
 * Turns the environment into one typed, validated object.
 * @throws ConfigError with every problem of every group.
 */
export function readEnv<Groups extends SettingsGroups>(
  groups: Groups,
  env: Environment,
): Config<Groups> {
  const problems = new Set<string>();
  const config: Record<string, unknown> = {};
  for (const [name, settingsClass] of Object.entries(groups)) {
    const outcome = readGroup(settingsClass, env);
    if ('problems' in outcome) outcome.problems.forEach((problem) => problems.add(problem));
    else config[name] = outcome.config;
  }
  if (problems.size > 0) throw new ConfigError([...problems]);
  return config as Config<Groups>;
}

type GroupOutcome = { readonly config: unknown } | { readonly problems: readonly string[] };

function readGroup(settingsClass: SettingsClass, env: Environment): GroupOutcome {
  const values: Record<string, unknown> = {};
  const unreadable = new Map<string, string>();
  for (const setting of settingsOf(settingsClass)) {
    const parsed = parseSetting(setting, kindOf(settingsClass, setting), env[setting.name]);
    if (parsed.ok) values[setting.name] = parsed.value;
    else unreadable.set(setting.name, parsed.problem);
  }
  const settings = plainToInstance(settingsClass, values);
  const problems = [...unreadable.values(), ...brokenRules(settings, unreadable)];
  if (problems.length > 0) return { problems };
  try {
    return { config: settings.toConfig() };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

function brokenRules(settings: object, unreadable: ReadonlyMap<string, string>): string[] {
  return validateSync(settings, { forbidUnknownValues: false })
    .filter(({ property }) => !unreadable.has(property))
    .flatMap(({ property, constraints = {} }) =>
      Object.values(constraints).map((rule) =>
        rule.includes(property) ? rule : `${property}: ${rule}`,
      ),
    );
}

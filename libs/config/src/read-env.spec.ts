import { IsInt, IsOptional, Min } from 'class-validator';
import { ConfigError } from './config-error';
import { readEnv, type Environment, type SettingsGroups } from './read-env';
import { Setting, type Settings } from './setting.decorator';

class TableSettings implements Settings<object> {
  @Setting({ default: 4, about: 'Number of seats' })
  @IsInt()
  @Min(2)
  TABLE_SEATS!: number;

  @Setting({ default: false, about: 'Whether it folds' })
  TABLE_FOLDS!: boolean;

  @Setting({ default: 'oak', about: 'What it is made of' })
  TABLE_WOOD!: 'oak' | 'ash';

  @Setting({ about: 'Height' })
  @IsOptional()
  @IsInt()
  TABLE_HEIGHT?: number;

  toConfig(): object {
    return {
      seats: this.TABLE_SEATS,
      folds: this.TABLE_FOLDS,
      wood: this.TABLE_WOOD,
      height: this.TABLE_HEIGHT,
    };
  }
}

class PairSettings implements Settings<{ low: number; high: number }> {
  @Setting({ default: 1, about: 'Lower bound' })
  PAIR_LOW!: number;

  @Setting({ default: 2, about: 'Upper bound' })
  PAIR_HIGH!: number;

  toConfig(): { low: number; high: number } {
    if (this.PAIR_LOW > this.PAIR_HIGH)
      throw new ConfigError(['PAIR_LOW must not exceed PAIR_HIGH']);
    return { low: this.PAIR_LOW, high: this.PAIR_HIGH };
  }
}

function problemsOf(groups: SettingsGroups, env: Environment): readonly string[] {
  try {
    readEnv(groups, env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as ConfigError).problems;
  }
}

describe('readEnv', () => {
  const groups = { table: TableSettings, pair: PairSettings };

  it('gives every group under its name, with the defaults of what is unset', () => {
    expect(readEnv(groups, {})).toEqual({
      table: { seats: 4, folds: false, wood: 'oak', height: undefined },
      pair: { low: 1, high: 2 },
    });
  });

  it('reads numbers, truth values and texts by the declared type', () => {
    const env = { TABLE_SEATS: ' 6 ', TABLE_FOLDS: 'TRUE', TABLE_WOOD: 'ash', TABLE_HEIGHT: '72' };

    expect(readEnv(groups, env).table).toEqual({ seats: 6, folds: true, wood: 'ash', height: 72 });
    expect(readEnv(groups, { TABLE_FOLDS: '1' }).table).toMatchObject({ folds: true });
    expect(readEnv(groups, { TABLE_FOLDS: 'false' }).table).toMatchObject({ folds: false });
  });

  it.each(['', ' ', '\t\n'])('takes an empty variable (%j) for unset', (empty) => {
    expect(readEnv(groups, { TABLE_SEATS: empty, TABLE_FOLDS: empty, TABLE_WOOD: empty })).toEqual(
      readEnv(groups, {}),
    );
  });

  it.each(['five', '5s', '0x10', '1e3', 'NaN', 'Infinity', '--5', '5.', '9'.repeat(20)])(
    'says in one sentence that %j is no number',
    (text) => {
      expect(problemsOf(groups, { TABLE_SEATS: text })).toEqual([
        'TABLE_SEATS must be a number, such as 4',
      ]);
    },
  );

  it('says that a truth value must be true or false', () => {
    expect(problemsOf(groups, { TABLE_FOLDS: 'maybe' })).toEqual([
      'TABLE_FOLDS must be true or false',
    ]);
  });

  it('checks the rules of an optional setting only when it is set', () => {
    expect(problemsOf(groups, { TABLE_HEIGHT: '7.5' })).toEqual([
      'TABLE_HEIGHT must be an integer number',
    ]);
  });

  it('lists every problem of every group at once', () => {
    const env = { TABLE_SEATS: '1', TABLE_FOLDS: 'maybe', PAIR_LOW: '5' };

    expect(problemsOf(groups, env)).toEqual([
      'TABLE_FOLDS must be true or false',
      'TABLE_SEATS must not be less than 2',
      'PAIR_LOW must not exceed PAIR_HIGH',
    ]);
  });

  it('lists a problem once, however many groups share the setting', () => {
    const shared = { one: PairSettings, other: class extends PairSettings {} };

    expect(problemsOf(shared, { PAIR_LOW: '5' })).toHaveLength(1);
  });

  it('does not judge relations between settings that cannot be read', () => {
    expect(problemsOf(groups, { PAIR_LOW: 'low' })).toEqual([
      'PAIR_LOW must be a number, such as 1',
    ]);
  });

  it('names the variable even where a rule does not', () => {
    class NamelessRule implements Settings {
      @Setting({ default: 1, about: 'Anything' })
      @Min(2, { message: 'more than that, please' })
      NAMELESS!: number;

      toConfig(): object {
        return {};
      }
    }

    expect(problemsOf({ nameless: NamelessRule }, {})).toEqual([
      'NAMELESS: more than that, please',
    ]);
  });

  it('lets an error that is no matter of configuration through', () => {
    class Broken implements Settings {
      toConfig(): never {
        throw new TypeError('a bug');
      }
    }

    expect(() => readEnv({ broken: Broken }, {})).toThrow(TypeError);
  });
});

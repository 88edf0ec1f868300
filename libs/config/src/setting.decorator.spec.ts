import { Setting, settingsOf, type Settings } from './setting.decorator';

class Base implements Settings {
  @Setting({ default: 'b', about: 'Of the base' })
  BASE_NAME!: string;

  toConfig(): object {
    return {};
  }
}

class First extends Base {
  @Setting({ default: 1, about: 'Of the first' })
  FIRST_COUNT!: number;

  @Setting({ about: 'Of the first, too' })
  FIRST_NOTE?: string;
}

class Second extends Base {
  @Setting({ default: true, about: 'Of the second' })
  SECOND_FLAG!: boolean;
}

describe('settingsOf', () => {
  it("lists a class's settings as declared, those of its base first", () => {
    expect(settingsOf(First)).toEqual([
      { name: 'BASE_NAME', default: 'b', about: 'Of the base' },
      { name: 'FIRST_COUNT', default: 1, about: 'Of the first' },
      { name: 'FIRST_NOTE', about: 'Of the first, too' },
    ]);
  });

  it('keeps the settings of sister classes apart', () => {
    expect(settingsOf(Second).map(({ name }) => name)).toEqual(['BASE_NAME', 'SECOND_FLAG']);
    expect(settingsOf(Base).map(({ name }) => name)).toEqual(['BASE_NAME']);
  });
});

import { formatTable } from './table';

const COLUMNS = [{ title: 'NAME' }, { title: 'COUNT', align: 'right' as const }, { title: 'NOTE' }];

describe('formatTable', () => {
  it('aligns every column and leaves no blanks at the ends of lines', () => {
    const table = formatTable(COLUMNS, [
      ['gpu-1', '7', 'first'],
      ['a-long-name', '1234567', ''],
    ]);

    expect(table.split('\n')).toEqual([
      'NAME           COUNT  NOTE',
      'gpu-1              7  first',
      'a-long-name  1234567',
    ]);
  });

  it('counts what a terminal shows, so that wide characters keep their neighbours in line', () => {
    const table = formatTable(COLUMNS, [
      ['設計', '1', 'x'],
      ['plan', '2', 'x'],
    ]);

    expect(table.split('\n')).toEqual(['NAME  COUNT  NOTE', '設計      1  x', 'plan      2  x']);
  });

  it('prints its titles alone when there is no row', () => {
    expect(formatTable(COLUMNS, [])).toBe('NAME  COUNT  NOTE');
  });

  it('spells out what a terminal would obey', () => {
    expect(formatTable([{ title: 'NAME' }], [['a\u202eb']])).toBe('NAME\na\\u{202e}b');
  });
});

import {
  hasBareForm,
  isLocalId,
  isServerId,
  parsePublicId,
  qualifiedId,
  type LocalId,
  type ServerId,
} from './ids';

const LONGEST_SERVER = `a${'-'.repeat(62)}`;
const LONGEST_LOCAL = 'x'.repeat(256);

describe('server ids', () => {
  it.each(['a', '0', 'gpu-1', 'A.b_c-d', LONGEST_SERVER])('takes %s', (text) => {
    expect(isServerId(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a leading dot', '.a'],
    ['a leading dash', '-a'],
    ['the qualifier', 'a~b'],
    ['a space', 'a b'],
    ['a line break at its end', 'gpu-1\n'],
    ['other letters', 'gerät'],
    ['a brace', 'a{b}'],
    ['a colon', 'a:b'],
    ['64 characters', `${LONGEST_SERVER}x`],
  ])('refuses %s', (_, text) => {
    expect(isServerId(text)).toBe(false);
  });
});

describe('local ids', () => {
  it.each([
    'console',
    ' ',
    '~',
    'a~b',
    '*',
    '{roll}:x',
    '../..',
    '日本',
    '🖥️',
    '\u00a0',
    '\u2028',
    LONGEST_LOCAL,
    'é'.repeat(128),
    '🖥'.repeat(64),
  ])('takes %s', (text) => {
    expect(isLocalId(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['NUL', 'a\u0000b'],
    ['a line break', 'a\nb'],
    ['a tab', 'a\tb'],
    ['DEL', 'a\u007fb'],
    ['a C1 control', 'a\u0085b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['the other half', '\udc00'],
    ['257 bytes', `${LONGEST_LOCAL}x`],
    ['257 bytes in 129 characters', `${'é'.repeat(128)}x`],
    ['260 bytes in 65 characters', '🖥'.repeat(65)],
  ])('refuses %s', (_, text) => {
    expect(isLocalId(text)).toBe(false);
  });

  it('count their bytes as UTF-8 does', () => {
    for (const character of ['a', '\u007e', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}']) {
      if (!isLocalId(character)) continue;
      const bytes = new TextEncoder().encode(character).length;
      const most = Math.floor(256 / bytes);
      expect(isLocalId(character.repeat(most))).toBe(true);
      expect(isLocalId(character.repeat(most + 1))).toBe(false);
    }
  });

  it('have a bare form unless they hold a ~', () => {
    expect(hasBareForm('console' as LocalId)).toBe(true);
    expect(hasBareForm('a~b' as LocalId)).toBe(false);
    expect(hasBareForm('~' as LocalId)).toBe(false);
  });
});

describe('parsePublicId', () => {
  it('reads an id without ~ as bare', () => {
    expect(parsePublicId('console')).toEqual({ ok: true, id: { kind: 'bare', local: 'console' } });
  });

  it('splits at the first ~', () => {
    const id = { kind: 'qualified', server: 'gpu-1', local: 'a~b' };
    expect(parsePublicId('gpu-1~a~b')).toEqual({ ok: true, id });
  });

  it('reads back every qualified id', () => {
    const servers = ['a', 'gpu-1', LONGEST_SERVER] as ServerId[];
    const locals = ['console', '~', '~a~', ' ', '日本', LONGEST_LOCAL, '🖥'.repeat(64)] as LocalId[];
    for (const server of servers) {
      for (const local of locals) {
        const id = { kind: 'qualified', server, local };
        expect(parsePublicId(qualifiedId(server, local))).toEqual({ ok: true, id });
      }
    }
  });

  it.each([
    ['', 'empty'],
    [`${LONGEST_LOCAL}x`, 'too-long'],
    ['é'.repeat(129), 'too-long'],
    [`gpu-1~${LONGEST_LOCAL}x`, 'too-long'],
    [`${LONGEST_SERVER}x~console`, 'too-long'],
    ['x'.repeat(1_000_000), 'too-long'],
    ['a\u0000', 'control-character'],
    ['gpu-1~a\r\n', 'control-character'],
    ['gp\u001fu~a', 'control-character'],
    ['a\ud83d', 'control-character'],
    ['~console', 'unservable'],
    ['gpu-1~', 'unservable'],
    ['~', 'unservable'],
    ['~~', 'unservable'],
    ['gpu 1~console', 'unservable'],
    ['-gpu~console', 'unservable'],
  ])('refuses %j as %s', (text, problem) => {
    expect(parsePublicId(text)).toEqual({ ok: false, problem });
  });

  it('takes no id that could not be reported, and every one that could', () => {
    const pieces = ['a', '~', '.', '-', ' ', '\u0000', 'é', '\ud800', '🖥', 'x'.repeat(60)];
    for (const one of pieces) {
      for (const two of pieces) {
        for (const three of pieces) {
          const text = one + two + three;
          const [server, ...rest] = text.split('~');
          const isReportable =
            rest.length === 0
              ? isLocalId(text)
              : isServerId(server ?? '') && isLocalId(rest.join('~'));
          expect({ text, ok: parsePublicId(text).ok }).toEqual({ text, ok: isReportable });
        }
      }
    }
  });
});

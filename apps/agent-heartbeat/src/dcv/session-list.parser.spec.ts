import { parseSessionList } from './session-list.parser';

const parse = (text: string) => parseSessionList(Buffer.from(text));

describe('the output of dcv', () => {
  it('lists the sessions by their ids, whatever else is said of them', () => {
    const output = JSON.stringify([
      { id: 'console', type: 'console', 'display-layout': [{ width: 1920 }], future: { a: 1 } },
      { id: 'Zeichnung für Ünal', owner: 'bob', 'last-disconnection-time': null },
    ]);

    expect(parse(output)).toEqual({
      ok: true,
      ids: ['console', 'Zeichnung für Ünal'],
      createdAtMs: new Map(),
      unusable: [],
    });
  });

  it('says when sessions were created, of those of which it can be read', () => {
    const output = JSON.stringify([
      { id: 'console', 'creation-time': '2026-01-05T08:00:01Z' },
      { id: 'alice', 'creation-time': '2026-01-05T08:00:01.250000Z' },
      { id: 'bob', 'creation-time': null },
      { id: 'carol', 'creation-time': ['2026-01-05T08:00:01Z'] },
      { id: 'dave' },
      { id: 'console', 'creation-time': '2027-01-05T08:00:01Z' },
    ]);

    expect(parse(output)).toMatchObject({
      ids: ['console', 'alice', 'bob', 'carol', 'dave'],
      createdAtMs: new Map([
        ['console', Date.UTC(2026, 0, 5, 8, 0, 1)],
        ['alice', Date.UTC(2026, 0, 5, 8, 0, 1, 250)],
      ]),
    });
  });

  it('says "no sessions" by an empty array', () => {
    expect(parse(' []\n')).toEqual({ ok: true, ids: [], createdAtMs: new Map(), unusable: [] });
  });

  it('may begin with a byte order mark', () => {
    expect(parse('\ufeff[{"id":"console"}]')).toMatchObject({ ids: ['console'] });
  });

  it('may list a session twice', () => {
    expect(parse('[{"id":"a"},{"id":"b"},{"id":"a"}]')).toMatchObject({ ids: ['a', 'b'] });
  });

  it.each([
    ['nothing', ''],
    ['the text form', "Session: 'console' (owner:ubuntu)"],
    ['a cut-off list', '[{"id":"console"},{"id":"al'],
    ['two lists', '[][]'],
  ])('is no list when it is %s', (_what, output) => {
    expect(parse(output)).toEqual({ ok: false, problem: 'its output is no JSON' });
  });

  it.each(['{}', 'null', '"console"', '0'])('is no list when it is %s', (output) => {
    expect(parse(output)).toEqual({ ok: false, problem: 'its output is no JSON array' });
  });

  it.each(['[{}]', '[{"id":7}]', '[null]', '["console"]', '[{"id":"a"},{"name":"b"}]', '[[]]'])(
    'is no list when something in it has no id: %s',
    (output) => {
      expect(parse(output)).toMatchObject({ ok: false });
    },
  );

  it.each([
    ['an empty id', ''],
    ['a control character', 'a\nb'],
    ['more than 256 bytes', 'é'.repeat(129)],
    ['a lone surrogate', '\ud800'],
  ])('keeps the other sessions when one has %s', (_what, id) => {
    const output = JSON.stringify([{ id: 'console' }, { id }]);

    expect(parse(output)).toMatchObject({ ok: true, ids: ['console'], unusable: [id] });
  });

  it('keeps the other sessions when an id is not UTF-8', () => {
    const output = Buffer.concat([
      Buffer.from('[{"id":"console","name":"'),
      Buffer.from([0xe4]),
      Buffer.from('"},{"id":"B'),
      Buffer.from([0xfc]),
      Buffer.from('ro"}]'),
    ]);

    expect(parseSessionList(output)).toMatchObject({ ids: ['console'], unusable: ['B\ufffdro'] });
  });
});

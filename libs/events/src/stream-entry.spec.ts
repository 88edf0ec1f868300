import { entriesOf, entriesOfReply } from './stream-entry';

describe('entries of a reply', () => {
  it('are named fields, the type apart from them', () => {
    const flat = ['type', 'session.opened', 'at', '7', 'session', 'type'];
    expect(entriesOfReply([['events', [['7-0', flat]]]])).toEqual([
      { id: '7-0', type: 'session.opened', fields: { at: '7', session: 'type' } },
    ]);
  });

  it('are none when the wait was over first', () => {
    expect(entriesOfReply(null)).toEqual([]);
  });

  it('leave out what was trimmed away while it was pending', () => {
    expect(entriesOf([['7-0', null]])).toEqual([]);
  });

  it('have an empty type when none was written', () => {
    expect(entriesOf([['7-0', ['at', '7']]])).toEqual([
      { id: '7-0', type: '', fields: { at: '7' } },
    ]);
  });
});

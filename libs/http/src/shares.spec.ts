import { Shares } from './shares';

describe('a share', () => {
  let shares: Shares;

  beforeEach(() => {
    shares = new Shares(2);
  });

  it('is each holder’s own', () => {
    expect([shares.take('a'), shares.take('a'), shares.take('a')]).toEqual([true, true, false]);
    expect([shares.take('b'), shares.take('b'), shares.take('b')]).toEqual([true, true, false]);
  });

  it('has room again for each one that was given back, and for no more', () => {
    for (let count = 0; count < 3; count++) shares.take('a');
    shares.giveBack('a');
    expect([shares.take('a'), shares.take('a')]).toEqual([true, false]);
  });

  it('is forgotten once nothing of it is held', () => {
    for (const holder of ['a', 'a', 'a', 'b']) shares.take(holder);
    for (const holder of ['a', 'b']) shares.giveBack(holder);
    expect(shares.holders).toBe(1);
    shares.giveBack('a');
    expect(shares.holders).toBe(0);
  });
});

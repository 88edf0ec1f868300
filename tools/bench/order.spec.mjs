import { orderOf } from './order.mjs';

const cells = [20, 24, undefined].flatMap((node) =>
  [1, 64].flatMap((connections) =>
    (node ? ['rollcall', 'raw'] : ['nginx-lua']).map((name) => ({
      ...{ server: { name, node }, question: 'hit', connections },
    })),
  ),
);
const named = (ordered) =>
  ordered.map(({ server: { name, node }, connections }) => `${name} ${node ?? ''} ${connections}`);

describe('the order of a round', () => {
  it('has next to each other what is compared', () => {
    expect(named(orderOf(cells, 0))).toEqual([
      ...['rollcall 20 1', 'raw 20 1', 'rollcall 24 1', 'raw 24 1', 'nginx-lua  1'],
      ...['rollcall 20 64', 'raw 20 64', 'rollcall 24 64', 'raw 24 64', 'nginx-lua  64'],
    ]);
  });

  it('is that of the round before, backwards', () => {
    expect(orderOf(cells, 1)).toEqual(orderOf(cells, 2).reverse());
    expect(orderOf(cells, 1)).not.toEqual(orderOf(cells, 2));
  });
});

import { lookUpOnce } from './look-up-once.mjs';

describe('looking everything up once', () => {
  it('asks for each id once, and counts all that is not found', async () => {
    const asked = [];
    const site = {
      lookup: async (id) => {
        asked.push(id);
        if (id === 'silent') throw new Error('no answer');
        return { status: id === 'gone' ? 404 : 200 };
      },
    };
    const ids = ['gone', 'silent', ...Array.from({ length: 50 }, (_, index) => `cad-${index}`)];
    expect(await lookUpOnce(site, ids)).toBe(2);
    expect(asked.sort()).toEqual([...ids].sort());
  });
});

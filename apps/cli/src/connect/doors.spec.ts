import { chooseDoors, demandCarried, linksTo } from './doors';

const gateway = { host: 'gw.example', port: 8443 };
const proxy = { host: 'desk.example', port: 443 };

describe('chooseDoors', () => {
  it('takes the doors that are named, and no other', () => {
    expect(chooseDoors({ proxy }, { gateway, proxy })).toEqual({ proxy });
    expect(chooseDoors({ gateway, proxy }, {})).toEqual({ gateway, proxy });
  });

  it('takes all that are set when none is named', () => {
    expect(chooseDoors({}, { gateway, proxy })).toEqual({ gateway, proxy });
  });

  it('says what to do when there is none', () => {
    expect(() => chooseDoors({}, {})).toThrow(/--gateway HOST:PORT or --proxy HOST:PORT, or set/);
  });
});

describe('demandCarried', () => {
  it.each(['gpu-1~console', '_x', 'a'.repeat(200)])('lets %s through a proxy', async (id) => {
    await expect(demandCarried({ proxy }, id)).resolves.toBeUndefined();
  });

  it.each(['gpu-1~design 2', 'gpu-1~a/b', 'gpu-1~設計', 'gpu-1~%41', 'a'.repeat(201)])(
    'ends the command for %s, which a gateway carries',
    async (id) => {
      await expect(demandCarried({ gateway, proxy }, id)).rejects.toMatchObject({ exitCode: 1 });
      await expect(demandCarried({ gateway }, id)).resolves.toBeUndefined();
    },
  );
});

describe('linksTo', () => {
  it('has the links of each door', async () => {
    expect(await linksTo({ gateway }, 'gpu-1~console', 'T')).toEqual({
      browser: 'https://gw.example:8443/?authToken=T#gpu-1~console',
      native: 'dcv://gw.example:8443/?authToken=T#gpu-1~console',
    });
    expect(await linksTo({ proxy }, 'gpu-1~console', 'T')).toEqual({
      proxy: 'https://desk.example:443/s/gpu-1~console/?authToken=T#gpu-1~console',
    });
  });
});

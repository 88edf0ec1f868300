import { HostAddresses } from './host-addresses';

const LONG_MS = 60_000;

describe('the addresses of hosts', () => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error('no'), { code });
  };

  it('are themselves when they are addresses: nobody is asked', async () => {
    const lookUp = jest.fn();
    const addresses = new HostAddresses(lookUp);
    for (const host of ['10.0.0.1', '2001:db8::1']) {
      expect(await addresses.of(host, LONG_MS)).toEqual({ kind: 'addresses', addresses: [host] });
    }
    expect(lookUp).not.toHaveBeenCalled();
  });

  it('are all that a name has, each once', async () => {
    const found = ['10.0.0.1', '10.0.0.2', '10.0.0.1'].map((address) => ({ address }));
    const addresses = new HostAddresses(async () => found);
    expect(await addresses.of('gpu-1', LONG_MS)).toEqual({
      kind: 'addresses',
      addresses: ['10.0.0.1', '10.0.0.2'],
    });
  });

  it.each([
    ['ENOTFOUND', 'unknown'],
    ['ENODATA', 'unknown'],
    ['EAI_AGAIN', 'trouble'],
    ['ESERVFAIL', 'trouble'],
    ['EMFILE', 'trouble'],
  ])('are not to be had for %s: %s', async (code, kind) => {
    expect(await new HostAddresses(failing(code)).of('gpu-1', LONG_MS)).toEqual({ kind });
  });

  it('are asked for once at a time per name, and a few names at a time: a silent name service piles up nothing', async () => {
    const pending: (() => void)[] = [];
    const asked: string[] = [];
    const addresses = new HostAddresses((name) => {
      asked.push(name);
      return new Promise((resolve) => pending.push(() => resolve([{ address: '10.0.0.1' }])));
    });
    const names = ['a', 'b', 'c', 'd'];
    const all = [...names, ...names, ...names].map((name) => addresses.of(name, LONG_MS));
    await new Promise(setImmediate);
    expect(asked).toEqual(['a', 'b', 'c']);
    pending[0]?.();
    await all[0];
    await new Promise(setImmediate);
    expect(asked).toEqual(names);
    for (const answer of pending) answer();
    expect(await Promise.all(all)).toHaveLength(12);
    void addresses.of('a', LONG_MS);
    await new Promise(setImmediate);
    expect(asked).toEqual([...names, 'a']);
  });

  it('are trouble when they take too long, and then asked for no more if nobody waits', async () => {
    const asked: string[] = [];
    const addresses = new HostAddresses((name) => {
      asked.push(name);
      return new Promise((resolve) => setTimeout(resolve, 50, [{ address: '10.0.0.1' }]));
    });
    const names = ['a', 'b', 'c', 'd'];
    const soon = await Promise.all(names.map((name) => addresses.of(name, 5)));
    expect(soon).toEqual(names.map(() => ({ kind: 'trouble' })));
    expect(await addresses.of('e', LONG_MS)).toMatchObject({ kind: 'addresses' });
    expect(asked).toEqual(['a', 'b', 'c', 'e']);
  });
});

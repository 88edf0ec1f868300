import type { LookupAddress } from 'node:dns';
import { DoorAddresses } from './door-addresses';

const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as [string, string, string];
const DOORS: LookupAddress[] = [A, B, C].map((address) => ({ address, family: 4 }));

describe('the addresses of a door', () => {
  let nowMs: number;
  let random: jest.Mock<number, []>;
  let resolve: jest.Mock<Promise<LookupAddress[]>, [string]>;
  let addresses: DoorAddresses;

  beforeEach(() => {
    nowMs = 1_000;
    random = jest.fn(() => 0.5);
    resolve = jest.fn(async (_hostname: string) => DOORS);
    addresses = new DoorAddresses({ resolve, random, now: () => nowMs });
  });

  const found = (all = true) =>
    new Promise<string[]>((fulfil, reject) => {
      addresses.lookup('door.example', { all }, (error, result) => {
        if (error) reject(error);
        else fulfil(typeof result === 'string' ? [result] : result.map(({ address }) => address));
      });
    });

  it('are tried in an order of each connection’s own', async () => {
    random.mockReturnValueOnce(0.9).mockReturnValueOnce(0.1).mockReturnValueOnce(0.5);
    expect(await found()).toEqual([B, C, A]);
    expect(await found(false)).toEqual([A]);
  });

  it('are tried last for half a minute when nothing came of them', async () => {
    addresses.failed(A);
    nowMs += 1;
    addresses.failed(B);
    expect(await found()).toEqual([C, A, B]);
    expect(await found(false)).toEqual([C]);
    nowMs += 30_000;
    expect(await found()).toEqual([A, B, C]);
  });

  it('are the last known ones while names cannot be resolved', async () => {
    await found();
    resolve.mockRejectedValue(Object.assign(new Error('no name server'), { code: 'EAI_AGAIN' }));
    expect(await found()).toEqual([A, B, C]);
  });

  it('are the last known ones while a name server hangs, and new ones once it has answered', async () => {
    await found();
    let answer!: (found: LookupAddress[]) => void;
    resolve.mockReturnValueOnce(new Promise((fulfil) => (answer = fulfil)));
    expect(await found()).toEqual([A, B, C]);
    answer([{ address: B, family: 4 }]);
    await found();
    resolve.mockReturnValue(new Promise(() => undefined));
    expect(await found()).toEqual([B]);
  });

  it('are none when no name was ever resolved', async () => {
    resolve.mockRejectedValue(new Error('no name server'));
    await expect(found()).rejects.toThrow('no name server');
  });

  it('are asked for once at a time, however slow the name server is', async () => {
    let answer!: (found: LookupAddress[]) => void;
    resolve.mockReturnValueOnce(new Promise((fulfil) => (answer = fulfil)));
    const all = Promise.all([found(), found(), found()]);
    answer(DOORS);
    expect(await all).toEqual([
      [A, B, C],
      [A, B, C],
      [A, B, C],
    ]);
    expect(resolve).toHaveBeenCalledTimes(1);
  });
});

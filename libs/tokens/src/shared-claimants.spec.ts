import {
  StoreUnavailableError,
  type Claimant,
  type LocalId,
  type ServerId,
} from '@rollcall/domain';
import { SharedClaimants } from './shared-claimants';

const CONSOLE = 'console' as LocalId;
const FIRST = 'gpu-0' as ServerId;

function fleet(size: number, prefix = 'gpu'): Claimant[] {
  return Array.from({ length: size }, (_, index) => ({
    server: `${prefix}-${index}` as ServerId,
    endpoint: { host: `10.0.0.${index}`, httpPort: 8443, quicPort: 0, webUrlPath: '/' },
  }));
}

describe('the claimants of a local id', () => {
  let nowMs: number;
  let findClaimants: jest.Mock<Promise<readonly Claimant[]>, [LocalId]>;
  let claimants: SharedClaimants;

  beforeEach(() => {
    nowMs = 1_000;
    findClaimants = jest.fn(async (_session: LocalId) => fleet(100));
    claimants = new SharedClaimants({ findClaimants }, () => nowMs);
  });

  const asker = (session: LocalId = CONSOLE, sourceAddress = '10.0.0.0') =>
    claimants.findAsker(session, sourceAddress);

  it('tell every asker apart, and nobody from an address that none of them has', async () => {
    expect(await asker(CONSOLE, '10.0.0.7')).toBe('gpu-7');
    expect(await asker(CONSOLE, '::ffff:10.0.0.8')).toBe('gpu-8');
    expect(await asker(CONSOLE, '192.0.2.1')).toBeUndefined();
    expect(findClaimants).toHaveBeenCalledTimes(1);
  });

  it('are read once for all that ask while they are being read, few as they may be', async () => {
    let found!: (list: readonly Claimant[]) => void;
    findClaimants.mockImplementation(() => new Promise((resolve) => (found = resolve)));
    const askers = [asker(CONSOLE, '10.0.0.0'), asker(CONSOLE, '10.0.0.1')];
    expect(findClaimants).toHaveBeenCalledTimes(1);
    found(fleet(2));
    expect(await Promise.all(askers)).toEqual(['gpu-0', 'gpu-1']);
  });

  it('are good for a second from when they were asked for, and are then read anew', async () => {
    findClaimants.mockImplementationOnce(async () => {
      nowMs += 400;
      return fleet(100);
    });
    await asker();
    nowMs += 599;
    findClaimants.mockResolvedValue(fleet(100, 'new'));
    expect(await asker()).toBe(FIRST);
    nowMs += 1;
    expect(await asker()).toBe('new-0');
    expect(findClaimants).toHaveBeenCalledTimes(2);
  });

  it('are each id’s own', async () => {
    await asker();
    findClaimants.mockResolvedValue(fleet(100, 'other'));
    expect(await asker('cad' as LocalId)).toBe('other-0');
    expect(await asker()).toBe(FIRST);
  });

  it('are not kept when they could not be read', async () => {
    findClaimants.mockRejectedValueOnce(new StoreUnavailableError('unreachable'));
    const failed = { status: 'rejected', reason: { failure: 'unreachable' } };
    expect(await Promise.allSettled([asker(), asker()])).toMatchObject([failed, failed]);
    expect(await asker()).toBe(FIRST);
    expect(findClaimants).toHaveBeenCalledTimes(2);
  });

  it('are not kept when they are few, so that made-up ids do not push out those of a fleet', async () => {
    await asker();
    findClaimants.mockResolvedValue(fleet(19));
    for (let count = 0; count < 300; count++) await asker(`made-up-${count}` as LocalId);
    await asker('made-up-0' as LocalId);
    expect(findClaimants).toHaveBeenCalledTimes(302);
    expect(await asker()).toBe(FIRST);
    expect(findClaimants).toHaveBeenCalledTimes(302);
  });

  it('are kept for a hundred ids at most, and those asked for last', async () => {
    const id = (count: number) => `session-${count}` as LocalId;
    for (let count = 0; count <= 100; count++) await asker(id(count));
    for (let count = 1; count <= 100; count++) await asker(id(count));
    expect(findClaimants).toHaveBeenCalledTimes(101);
    await asker(id(0));
    expect(findClaimants).toHaveBeenCalledTimes(102);
  });
});

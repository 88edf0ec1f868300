import { beliefPolicy, DEFAULT_BELIEF, DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { takeSnapshot } from '../roll/roll-snapshot';
import { sessionRows } from './session-rows';

const policy = leasePolicy(DEFAULT_TIMINGS);
const belief = beliefPolicy(DEFAULT_BELIEF);

describe('sessionRows', () => {
  const clock = new FakeClock();
  const store = new InMemorySessionStore({ clock });
  const rows = async (servers?: string[]) =>
    sessionRows((await takeSnapshot({ store, policy, belief })).servers, servers);
  const bareOf = async (id: string) => (await rows()).find((row) => row.id === id)?.bare;

  beforeEach(() => store.clear());

  it('says all that a program may want of a session', async () => {
    await store.report(aReport({ endpoint: { quicPort: 0, webUrlPath: '/dcv' }, healthy: false }));

    expect(await rows()).toEqual([
      {
        id: 'gpu-1~console',
        session: 'console',
        server: 'gpu-1',
        bare: 'ok',
        state: 'live',
        healthy: false,
        host: '10.0.0.1',
        httpPort: 8443,
        quicPort: null,
        webUrlPath: '/dcv',
        leaseLeftMs: 20_000,
      },
    ]);
  });

  it('orders by server, then by session, as people count', async () => {
    await store.report(aReport({ server: 'gpu-10', sessions: ['x'] }));
    await store.report(aReport({ server: 'gpu-2', sessions: ['s-10', 's-9'] }));

    expect((await rows()).map(({ id }) => id)).toEqual(['gpu-2~s-9', 'gpu-2~s-10', 'gpu-10~x']);
  });

  it('marks a name that several believed servers have as ambiguous, also when only one of them is shown', async () => {
    await store.report(aReport({ server: 'gpu-1', sessions: ['console', 'cad'] }));
    await store.report(aReport({ server: 'gpu-2', sessions: ['console'] }));

    expect((await rows(['gpu-1'])).map(({ id, bare }) => [id, bare])).toEqual([
      ['gpu-1~cad', 'ok'],
      ['gpu-1~console', 'ambiguous'],
    ]);
  });

  it('does not count the claim of a lapsed server, and gives its sessions no bare id', async () => {
    await store.report(aReport({ server: 'gpu-1' }));
    clock.advance(policy.leaseTtlMs);
    await store.report(aReport({ server: 'gpu-2' }));

    expect(await bareOf('gpu-1~console')).toBe('none');
    expect(await bareOf('gpu-2~console')).toBe('ok');
  });

  it('gives no bare id to a name that contains the qualifier', async () => {
    await store.report(aReport({ sessions: ['a~b'] }));

    expect(await bareOf('gpu-1~a~b')).toBe('none');
  });
});

import type { Endpoint } from '@rollcall/domain';
import { anEndpoint } from '@rollcall/testing';
import { EndpointPermits } from './endpoint-permits';

describe('the permits of endpoints', () => {
  const refusal = jest.fn((endpoint: Endpoint) =>
    endpoint.host.startsWith('10.') ? undefined : 'a foreign network',
  );

  beforeEach(() => refusal.mockClear());

  it('are those of the policy', () => {
    const permits = new EndpointPermits({ refusal }, 10);
    expect(permits.allows(anEndpoint({ host: '10.0.0.1' }))).toBe(true);
    expect(permits.allows(anEndpoint({ host: '192.0.2.1' }))).toBe(false);
  });

  it('are remembered, refusals as well', () => {
    const permits = new EndpointPermits({ refusal }, 10);
    for (let round = 0; round < 3; round++) {
      permits.allows(anEndpoint({ host: '10.0.0.1' }));
      permits.allows(anEndpoint({ host: '192.0.2.1' }));
    }
    expect(refusal).toHaveBeenCalledTimes(2);
  });

  it('tell ports apart', () => {
    const permits = new EndpointPermits({ refusal }, 10);
    permits.allows(anEndpoint({ httpPort: 8443, quicPort: 0 }));
    permits.allows(anEndpoint({ httpPort: 8444, quicPort: 0 }));
    permits.allows(anEndpoint({ httpPort: 8443, quicPort: 8443 }));
    expect(refusal).toHaveBeenCalledTimes(3);
  });

  it('forget the oldest when there are too many, and stay right', () => {
    const permits = new EndpointPermits({ refusal }, 2);
    for (const host of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) permits.allows(anEndpoint({ host }));
    expect(permits.allows(anEndpoint({ host: '10.0.0.3' }))).toBe(true);
    expect(refusal).toHaveBeenCalledTimes(3);
    expect(permits.allows(anEndpoint({ host: '10.0.0.1' }))).toBe(true);
    expect(refusal).toHaveBeenCalledTimes(4);
  });
});

import { DEFAULT_ENDPOINT_PORTS, endpointPolicy, type EndpointPolicy } from '@rollcall/domain';
import { anEndpoint } from '@rollcall/testing';
import { EndpointProber } from './endpoint.prober';
import type { Resolved } from './host-addresses';
import type { Attempt, Connector } from './tcp-connector';

const TIMEOUT_MS = 1_000;

function policyOf(allow: string): EndpointPolicy {
  const policy = endpointPolicy(allow, DEFAULT_ENDPOINT_PORTS);
  if ('problems' in policy) throw new Error(policy.problems.join());
  return policy;
}

describe('a probe', () => {
  let connected: { address: string; port: number; timeoutMs: number; atMs: number }[];
  let resolved: Resolved | Promise<Resolved>;
  let lookups: number;

  beforeEach(() => {
    jest.useFakeTimers();
    connected = [];
    lookups = 0;
    resolved = { kind: 'addresses', addresses: ['10.0.0.1'] };
  });

  afterEach(() => jest.useRealTimers());

  /** The attempts of each try; a silent one takes its time. */
  function prober(tries: Attempt[][], allow = ''): EndpointProber {
    const attempts = tries.flat();
    const connect: Connector = (address, port, timeoutMs) => {
      connected.push({ address, port, timeoutMs, atMs: performance.now() - startedAtMs });
      const attempt = attempts.shift() ?? 'inconclusive';
      const takesMs = attempt === 'silent' ? timeoutMs : 1;
      return new Promise((resolve) => setTimeout(resolve, takesMs, attempt));
    };
    return new EndpointProber({
      addresses: {
        of: async () => {
          lookups += 1;
          return resolved;
        },
      },
      connect,
      policy: policyOf(allow),
      timeoutMs: TIMEOUT_MS,
      now: () => performance.now(),
    });
  }

  let startedAtMs: number;

  async function probe(tries: Attempt[][], { host = '10.0.0.1', allow = '' } = {}) {
    startedAtMs = performance.now();
    const result = prober(tries, allow).probe(anEndpoint({ host, httpPort: 8_443 }));
    await jest.advanceTimersByTimeAsync(3 * TIMEOUT_MS);
    return result;
  }

  it.each([
    ['answered', [['answered']]],
    ['answered', [['refused'], ['answered']]],
    ['answered', [['silent'], ['answered']]],
    ['answered', [['inconclusive'], ['answered']]],
    ['refused', [['refused'], ['refused']]],
    ['silent', [['silent'], ['silent']]],
    ['silent', [['refused'], ['silent']]],
    ['silent', [['silent'], ['refused']]],
    ['inconclusive', [['inconclusive'], ['silent']]],
    ['inconclusive', [['refused'], ['inconclusive']]],
    ['inconclusive', [['inconclusive'], ['inconclusive']]],
  ] as [string, Attempt[][]][])('is %s after the tries %j', async (result, tries) => {
    expect(await probe(tries)).toBe(result);
    expect(connected).toHaveLength(tries.length);
  });

  it('has its tries a time-out apart, however fast the first is refused', async () => {
    await probe([['refused'], ['refused']]);
    expect(connected.map(({ atMs }) => Math.round(atMs))).toEqual([0, TIMEOUT_MS]);
  });

  it('never takes longer than two time-outs', async () => {
    startedAtMs = performance.now();
    let result: string | undefined;
    void prober([['silent'], ['silent']])
      .probe(anEndpoint())
      .then((is) => (result = is));
    await jest.advanceTimersByTimeAsync(2 * TIMEOUT_MS);
    expect(result).toBe('silent');
  });

  it('connects to the resolved address, on the port of HTTP', async () => {
    resolved = { kind: 'addresses', addresses: ['10.7.7.7'] };
    expect(await probe([['answered']], { host: 'gpu-1' })).toBe('answered');
    expect(connected).toMatchObject([{ address: '10.7.7.7', port: 8_443 }]);
  });

  it.each([
    ['answered', ['silent', 'answered']],
    ['answered', ['inconclusive', 'answered']],
    ['refused', ['inconclusive', 'refused']],
    ['silent', ['refused', 'silent']],
  ] as [string, Attempt[]][])('is %s when its addresses are %j', async (result, attempts) => {
    resolved = { kind: 'addresses', addresses: ['2001:db8::1', '10.7.7.7'] };
    expect(await probe([attempts, attempts], { host: 'gpu-1' })).toBe(result);
  });

  it('tries a few of many addresses', async () => {
    const addresses = Array.from({ length: 50 }, (_, index) => `10.0.0.${index}`);
    resolved = { kind: 'addresses', addresses };
    await probe([[]], { host: 'gpu-1' });
    expect(connected.filter(({ atMs }) => atMs < 10)).toHaveLength(4);
  });

  it('connects to nothing for an endpoint that may not be reported', async () => {
    expect(await probe([], { host: '127.0.0.1' })).toBe('forbidden');
    expect(await probe([], { host: '10.0.0.1', allow: '10.1.0.0/16' })).toBe('forbidden');
    expect(connected).toEqual([]);
  });

  it('checks each address that a name resolves to, and connects to no other', async () => {
    resolved = { kind: 'addresses', addresses: ['169.254.169.254', '127.0.0.1'] };
    expect(await probe([], { host: 'gpu-1.example', allow: 'example' })).toBe('forbidden');
    expect(connected).toEqual([]);
    resolved = { kind: 'addresses', addresses: ['169.254.169.254', '10.0.0.9', '::1'] };
    expect(await probe([['answered']], { host: 'gpu-1.example' })).toBe('answered');
    expect(connected.map(({ address }) => address)).toEqual(['10.0.0.9']);
  });

  it('is silent for a name that does not exist, and no evidence when the name service fails', async () => {
    resolved = { kind: 'unknown' };
    expect(await probe([], { host: 'gpu-1' })).toBe('silent');
    resolved = { kind: 'trouble' };
    expect(await probe([], { host: 'gpu-1' })).toBe('inconclusive');
    expect(connected).toEqual([]);
  });

  it('leaves the connection what the lookup of the name has left of the time', async () => {
    resolved = new Promise((resolve) =>
      setTimeout(resolve, 400, { kind: 'addresses', addresses: ['10.0.0.1'] }),
    );
    await probe([['silent'], ['silent']], { host: 'gpu-1' });
    expect(connected.map(({ timeoutMs }) => Math.round(timeoutMs))).toEqual([600, 1_000]);
    expect(lookups).toBe(1);
  });

  it.each([
    ['silent', 'inconclusive'],
    ['refused', 'refused'],
    ['answered', 'answered'],
  ] as [Attempt, string][])(
    'that had little time left for a connection, which was %s, is %s',
    async (attempt, result) => {
      resolved = new Promise((resolve) =>
        setTimeout(resolve, 600, { kind: 'addresses', addresses: ['10.0.0.1'] }),
      );
      expect(await probe([[attempt], [attempt]], { host: 'gpu-1' })).toBe(result);
    },
  );

  it('looks a name up again that could not be looked up', async () => {
    resolved = { kind: 'trouble' };
    const result = probe([['answered']], { host: 'gpu-1' });
    resolved = { kind: 'addresses', addresses: ['10.0.0.1'] };
    expect(await result).toBe('answered');
    expect(lookups).toBe(2);
  });

  it('ends at once when everything stops, and says nothing', async () => {
    const stopped = prober([['refused'], ['refused']]);
    startedAtMs = performance.now();
    const result = stopped.probe(anEndpoint());
    await jest.advanceTimersByTimeAsync(10);
    const second = jest.fn();
    void result.then(second);
    stopped.stop();
    await jest.advanceTimersByTimeAsync(1);
    expect(second).toHaveBeenCalled();
  });
});

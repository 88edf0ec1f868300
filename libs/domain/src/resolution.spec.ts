import type { Endpoint, Transport } from './endpoint';
import type { LocalId, ServerId } from './ids';
import {
  resolve,
  type Destination,
  type Evidence,
  type LastKnown,
  type Mark,
  type Resolution,
} from './resolution';

const ENDPOINT: Endpoint = { host: '10.0.0.1', httpPort: 8443, quicPort: 0, webUrlPath: '/' };
const DESTINATION: Destination = {
  server: 'gpu-1' as ServerId,
  session: 'console' as LocalId,
  endpoint: ENDPOINT,
};

const provisional = (heard: boolean): Evidence => ({
  kind: 'provisional',
  heard,
  destination: DESTINATION,
});
const answer = (mark: Mark): Evidence => ({ kind: 'answer', mark, destination: DESTINATION });
const absent = (settled: boolean, lastKnown: LastKnown): Evidence => ({
  kind: 'absent',
  settled,
  lastKnown,
});

const KNOWN: LastKnown = { kind: 'destination', destination: DESTINATION };
const AMBIGUOUS: LastKnown = { kind: 'ambiguous' };
const GONE: LastKnown = { kind: 'gone' };
const NOTHING: LastKnown = { kind: 'nothing' };

type Told = 'found' | 'held' | 'unsettled' | 'unknown' | 'lapsed' | 'ambiguous' | 'warming';

function told(resolution: Resolution): Told | string {
  if (resolution.kind === 'found') return resolution.stale ?? 'found';
  return resolution.kind === 'not-found' ? resolution.reason : 'warming';
}

/** One row per evidence: what is told while the asker's own renewals get through, and while they do not. */
const TABLE: [string, Evidence, [Told, Told]][] = [
  ['a live answer', answer('live'), ['found', 'found']],
  ['a held answer', answer('held'), ['held', 'held']],
  ['a provisional claim, everybody heard', provisional(true), ['found', 'warming']],
  ['a provisional claim, not everybody heard', provisional(false), ['warming', 'warming']],
  ['a contested id', { kind: 'ambiguous' }, ['ambiguous', 'ambiguous']],
  ['a session missing from a fresh list', { kind: 'not-listed' }, ['unknown', 'unknown']],
  ['nothing, read as settled', absent(true, NOTHING), ['unknown', 'warming']],
  ['a lapsed lease, read as settled', absent(true, KNOWN), ['lapsed', 'unsettled']],
  ['a struck server, read as settled', absent(true, GONE), ['lapsed', 'warming']],
  ['a lapsed contest, read as settled', absent(true, AMBIGUOUS), ['lapsed', 'ambiguous']],
  ['nothing, read as unsettled', absent(false, NOTHING), ['warming', 'warming']],
  ['a last known place, read as unsettled', absent(false, KNOWN), ['unsettled', 'unsettled']],
  ['a struck server, read as unsettled', absent(false, GONE), ['warming', 'warming']],
  ['a lapsed contest, read as unsettled', absent(false, AMBIGUOUS), ['ambiguous', 'ambiguous']],
];

describe('resolve', () => {
  describe.each(TABLE)('%s', (_, evidence, [renewing, distrusted]) => {
    it.each([
      ['whose renewals get through', true, renewing],
      ['whose renewals fail', false, distrusted],
    ])('by a resolver %s', (_, isRenewing, expected) => {
      const request = { transport: 'HTTP' as Transport, renewing: isRenewing, permits: () => true };
      expect(told(resolve(evidence, request))).toBe(expected);
    });
  });

  const found: [string, Evidence][] = TABLE.filter(([, , tellings]) =>
    ['found', 'unsettled'].includes(tellings[0]),
  ).map(([name, evidence]) => [name, evidence]);

  describe.each(found)('%s that leads somewhere', (_, evidence) => {
    const request = { transport: 'HTTP' as Transport, renewing: true, permits: () => true };

    it('is told with its destination and the port of its transport', () => {
      expect(resolve(evidence, request)).toMatchObject({
        kind: 'found',
        destination: DESTINATION,
        port: 8443,
      });
    });

    it('is not found for QUIC where the host offers none', () => {
      const overQuic = resolve(evidence, { ...request, transport: 'QUIC' });
      expect(overQuic).toEqual({ kind: 'not-found', reason: 'transport' });
    });

    it('I7: is not found where its endpoint is not permitted now, whatever the transport', () => {
      for (const transport of ['HTTP', 'QUIC'] as const) {
        const permits = (endpoint: Endpoint) => endpoint.host !== ENDPOINT.host;
        const refused = resolve(evidence, { ...request, transport, permits });
        expect(refused).toEqual({ kind: 'not-found', reason: 'endpoint-refused' });
      }
    });
  });

  it('answers QUIC with the QUIC port', () => {
    const endpoint = { ...ENDPOINT, quicPort: 9443 };
    const destination = { ...DESTINATION, endpoint };
    const request = { transport: 'QUIC' as Transport, renewing: true, permits: () => true };
    expect(resolve({ kind: 'answer', mark: 'live', destination }, request)).toEqual({
      kind: 'found',
      destination,
      port: 9443,
    });
  });
});

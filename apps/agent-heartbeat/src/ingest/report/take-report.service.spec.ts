import { readReportBody } from '@rollcall/contracts';
import {
  DEFAULT_ENDPOINT_PORTS,
  DEFAULT_TIMINGS,
  endpointPolicy,
  leasePolicy,
  type EndpointPolicy,
  type ServerId,
} from '@rollcall/domain';
import { BoundedGate } from '@rollcall/http';
import { aReport, InMemorySessionStore, publicId } from '@rollcall/testing';
import { EndpointAudit } from './endpoint-audit';
import { storeBudgets, TakeReportService } from './take-report.service';

const CASES = 5_000;
const TIMEOUT_MS = 120_000;
const [GPU_1, GPU_2] = ['gpu-1', 'gpu-2'] as ServerId[] as [ServerId, ServerId];

/** Reproducible, and spread well enough. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

describe('what the store may take of an agent’s patience', () => {
  it.each([50, 500, 1_000, 5_000])(
    'is over before an agent gives up, with an interval of %i ms',
    (intervalMs) => {
      const policy = leasePolicy({ ...DEFAULT_TIMINGS, intervalMs });
      const { reportMs, pingMs } = storeBudgets(policy);
      expect(reportMs).toBeLessThan(2 * policy.reportTimeoutMs);
      expect(pingMs).toBeLessThan(policy.reportTimeoutMs);
      expect(pingMs).toBeGreaterThan(0);
    },
  );
});

describe('bodies of every kind', () => {
  const random = seeded(4);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const wild: (() => unknown)[] = [
    () => undefined,
    () => null,
    () => '',
    () => 'x'.repeat(Math.floor(random() * 400)),
    () => String.fromCharCode(Math.floor(random() * 0x10000)),
    () => random() * 1e12,
    () => -1,
    () => Number.NaN,
    () => true,
    () => [],
    () => [[], {}, null],
    () => ({}),
    () => ({
      kind: pick(['listed', 'unknown', 'withheld', '']),
      ids: wild[pick([0, 1, 9, 10])]?.(),
    }),
    () => Array.from({ length: 600 }, (_, index) => String(index)),
    () => ({
      host: pick(['10.0.0.1', '169.254.169.254', 'a b', '::1']),
      httpPort: pick([22, 443]),
      quicPort: pick([0, -1, 8443]),
      webUrlPath: pick(['/', '']),
    }),
  ];

  function aBody(): unknown {
    const body = JSON.parse(JSON.stringify(aReport({ server: 'gpu-1' }))) as object;
    const fields = [...Object.keys(body), 'more'];
    const changed = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const field = pick(fields);
      return [field, pick(wild)()];
    });
    return random() < 0.05 ? pick(wild)() : { ...body, ...Object.fromEntries(changed) };
  }

  it(
    'are refused or applied, for their own server alone, and break nothing',
    async () => {
      const store = new InMemorySessionStore();
      const gate = new BoundedGate({ pendingMax: 10, budgetMs: 60_000, now: () => 0 });
      const service = new TakeReportService({
        store,
        gate,
        pingGate: gate,
        endpoints: endpointPolicy('10.0.0.0/8', DEFAULT_ENDPOINT_PORTS) as EndpointPolicy,
        audit: new EndpointAudit({
          logger: { warn: () => undefined },
          lineEveryMs: 1_000,
          now: () => 0,
        }),
        metrics: { endpointRefused: () => undefined },
      });
      await store.report(aReport({ server: 'gpu-2', sessions: ['theirs'] }));
      const seen = new Set<string>();
      for (let count = 0; count < CASES; count++) {
        const body = readReportBody(aBody());
        const decision =
          'problem' in body
            ? ({ kind: 'refused', code: 'unreadable' } as const)
            : await service.report(GPU_1, body);
        seen.add(decision.kind === 'refused' ? decision.code : decision.kind);
      }
      expect([...seen].sort()).toEqual([
        'ENDPOINT_NOT_ALLOWED',
        'IDENTITY_MISMATCH',
        'INVALID_REPORT',
        'outcome',
        'unreadable',
      ]);
      expect(await store.lookup(publicId('gpu-2~theirs'))).toMatchObject({ kind: 'answer' });
      const servers = (await store.servers(0, 10)).servers.map(({ server }) => server);
      expect(servers.sort()).toEqual([GPU_1, GPU_2]);
    },
    TIMEOUT_MS,
  );
});

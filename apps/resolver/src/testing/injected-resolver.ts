import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { LookupStore, RollTrust } from '@rollcall/domain';
import { RefusedConnections } from '@rollcall/http';
import { BoundedLogs, createLogger, Metrics, type Logger } from '@rollcall/observability';
import { createHttpAdapter } from '../http/http-adapter';
import { Listeners } from '../http/listeners';
import { RefusedPaths } from '../http/refused-paths';
import { ResolverModule } from '../resolver.module';
import { RollRenewalService } from '../roll/roll-renewal.service';
import { aConfig, providing } from './resolver-under-test';

const SILENT = createLogger({ app: 'resolver', level: 'silent' });

/** A resolver without sockets and without renewals of its own, for tests that move the store's clock. */
export interface InjectedResolver {
  readonly app: NestFastifyApplication;
  readonly logs: BoundedLogs;
  /** What its own renewals tell it from now on; at first that they get through. */
  trusts(trust: RollTrust): void;
  /** How many lookups have had this outcome. */
  counted(outcome: string): Promise<number | undefined>;
  close(): Promise<void>;
}

export async function injectedResolver(
  store: LookupStore,
  env: Record<string, string> = {},
  logger: Logger = SILENT,
): Promise<InjectedResolver> {
  let trust: RollTrust = { renewing: true, settled: true };
  const metrics = new Metrics();
  const logs = new BoundedLogs(logger);
  const module = await Test.createTestingModule({
    imports: [
      ResolverModule.register({ config: aConfig(env), metrics, logs, store: providing(store) }),
    ],
  })
    .overrideProvider(RollRenewalService)
    .useValue({ trust: () => trust })
    .compile();
  const refusals = {
    paths: new RefusedPaths(metrics, logs),
    connections: new RefusedConnections(metrics, logs),
  };
  const listeners = new Listeners({ pathPrefix: '' }, refusals);
  const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(listeners), {
    bodyParser: false,
    logger: false,
  });
  await app.init();
  return {
    app,
    logs,
    trusts: (now) => (trust = now),
    counted: (outcome) => countOf(metrics, outcome),
    close: () => app.close(),
  };
}

async function countOf({ registry }: Metrics, outcome: string): Promise<number | undefined> {
  const samples = await registry.getSingleMetric('rollcall_lookups_total')?.get();
  return samples?.values.find(({ labels }) => labels.outcome === outcome)?.value;
}

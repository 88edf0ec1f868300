import { Module, type DynamicModule } from '@nestjs/common';
import type { IdentityStore, ReportStore } from '@rollcall/domain';
import { BoundedGate } from '@rollcall/http';
import { redisMetrics, type BoundedLogs, type Logger, type Metrics } from '@rollcall/observability';
import { IDENTITY_STORE, SESSION_STORE, SessionStoreModule } from '@rollcall/session-store';
import type { ServerTls } from '@rollcall/tls';
import type { IngestAppConfig } from '../ingest.config';
import { Allowances } from './allowances';
import { ReportDoor } from './door/report-door';
import { IdentityCopy } from './identity/identity-copy.service';
import { ShownIdentities } from './identity/shown-identity';
import { IngestLog } from './ingest.log';
import { IngestMetrics } from './ingest.metrics';
import { EndpointAudit } from './report/endpoint-audit';
import { storeBudgets, TakeReportService } from './report/take-report.service';

/** As many as this process gets answered in a fraction of a second. */
const PENDING_MAX = 2_000;

/** An agent that waits half a report time-out between pings at the least takes a quarter of it. */
const REQUESTS_PER_REPORT_TIMEOUT = 4;
const REQUESTS_BURST = 32;

/** Of one address in a minute: some hosts behind one NAT that are set up wrongly all try once an interval. */
const FAILURES_BURST = 60;
const FAILURES_PER_SECOND = 1;

const HOLDERS_MAX = 20_000;

/** Injects the `BoundedGate`s that reports and pings wait at. */
export const REPORT_GATE = Symbol('REPORT_GATE');
export const PING_GATE = Symbol('PING_GATE');

export interface IngestModuleParts {
  readonly config: IngestAppConfig;
  readonly metrics: Metrics;
  readonly logs: BoundedLogs;
  readonly logger: Logger;
  readonly tls: ServerTls;
  /** Provides `SESSION_STORE` and `IDENTITY_STORE`; the Redis of the configuration, if nobody says otherwise. */
  readonly store?: DynamicModule;
}

/** Wires a report door; every provider is a singleton. */
@Module({})
export class IngestModule {
  static register(parts: IngestModuleParts): DynamicModule {
    const { config, metrics, logs, logger, tls } = parts;
    const { reportMs, pingMs } = storeBudgets(config.timing);
    const now = () => performance.now();
    const gate = (budgetMs: number) => new BoundedGate({ pendingMax: PENDING_MAX, budgetMs, now });
    const ingestMetrics = new IngestMetrics(metrics);
    return {
      module: IngestModule,
      imports: [parts.store ?? redisStore(parts)],
      providers: [
        { provide: REPORT_GATE, useValue: gate(reportMs) },
        { provide: PING_GATE, useValue: gate(pingMs) },
        {
          provide: IdentityCopy,
          inject: [IDENTITY_STORE],
          useFactory: (store: IdentityStore) =>
            new IdentityCopy(store, ingestMetrics, { now, unixNow: Date.now }),
        },
        {
          provide: TakeReportService,
          inject: [SESSION_STORE, REPORT_GATE, PING_GATE],
          useFactory: (store: ReportStore, reportGate: BoundedGate, pingGate: BoundedGate) =>
            new TakeReportService({
              store,
              gate: reportGate,
              pingGate,
              endpoints: config.endpoints,
              audit: new EndpointAudit({ logger, lineEveryMs: config.timing.intervalMs, now }),
              metrics: ingestMetrics,
            }),
        },
        {
          provide: ReportDoor,
          inject: [IdentityCopy, TakeReportService, REPORT_GATE],
          useFactory: (copy: IdentityCopy, reports: TakeReportService, reportGate: BoundedGate) => {
            ingestMetrics.watch(
              () => reportGate.pending,
              () => copy.size,
              () => copy.ageMs,
            );
            return new ReportDoor({
              shown: new ShownIdentities(() => tls.clientRootsGeneration, Date.now),
              copy,
              requestAllowances: new Allowances({
                burst: REQUESTS_BURST,
                perSecond: (REQUESTS_PER_REPORT_TIMEOUT * 1000) / config.timing.reportTimeoutMs,
                holdersMax: HOLDERS_MAX,
                now,
              }),
              failureAllowances: new Allowances({
                burst: FAILURES_BURST,
                perSecond: FAILURES_PER_SECOND,
                holdersMax: HOLDERS_MAX,
                now,
              }),
              reports,
              metrics: ingestMetrics,
              log: new IngestLog(logs),
              logger,
            });
          },
        },
      ],
    };
  }
}

function redisStore({ config, metrics }: IngestModuleParts): DynamicModule {
  return SessionStoreModule.register({
    redis: config.redis,
    policy: config.timing,
    role: 'report',
    observer: redisMetrics(metrics),
  });
}

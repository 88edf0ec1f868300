import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { JudgePolicy, SessionStore } from '@rollcall/domain';
import type { BoundedLogs, Metrics } from '@rollcall/observability';
import { SESSION_STORE } from '@rollcall/session-store';
import { EndpointProber } from './judge/endpoint.prober';
import { HostAddresses } from './judge/host-addresses';
import { JudgeLog } from './judge/judge.log';
import { JudgeMetrics } from './judge/judge.metrics';
import { JudgeService } from './judge/judge.service';
import { ProbePool } from './judge/probe-pool';
import { ProtectionService } from './judge/protection.service';
import type { Connector } from './judge/tcp-connector';
import type { ReconcilerConfig } from './reconciler.config';
import { CensusMetrics } from './roll/census.metrics';
import { CensusService } from './roll/census.service';
import { RollEventsController } from './roll/roll-events.controller';
import { RollLog } from './roll/roll.log';
import { RollMetrics } from './roll/roll.metrics';
import type { JobConnection } from './sweep/job-connections';
import { SweepLog } from './sweep/sweep.log';
import { SweepMetrics } from './sweep/sweep.metrics';
import { SweepProcessor } from './sweep/sweep.processor';
import { SweepService } from './sweep/sweep.service';
import { SweepWatchdog } from './sweep/sweep.watchdog';

export interface ReconcilerParts {
  readonly config: Pick<ReconcilerConfig, 'timing' | 'belief' | 'endpoints'>;
  /** Tells this reconciler from others. */
  readonly id: string;
  readonly metrics: Metrics;
  readonly logs: BoundedLogs;
  /** How hosts are reached. */
  readonly connect: Connector;
  /** Provides `SESSION_STORE` to everybody. */
  readonly store: DynamicModule;
  readonly jobs: { readonly connect: () => JobConnection; readonly prefix: string };
  /** Ends a process that cannot be helped otherwise. */
  readonly giveUp: (why: string) => void;
}

const monotonic = () => performance.now();

/** Wires a reconciler; every provider is a singleton. */
@Module({})
export class ReconcilerModule {
  static register(parts: ReconcilerParts): DynamicModule {
    return {
      module: ReconcilerModule,
      imports: [parts.store],
      controllers: [RollEventsController],
      providers: [...judgeProviders(parts), ...sweepProviders(parts), ...rollProviders(parts)],
    };
  }
}

function judgeProviders({ config, metrics, id, connect }: ReconcilerParts): Provider[] {
  const { timing, belief, endpoints } = config;
  const { probeTimeoutMs: timeoutMs, probeConcurrency } = belief;
  const policy: JudgePolicy = { ...timing, ...belief };
  return [
    {
      provide: ProtectionService,
      inject: [SESSION_STORE],
      useFactory: (store: SessionStore) => new ProtectionService(store, policy),
    },
    {
      provide: JudgeService,
      inject: [SESSION_STORE, ProtectionService],
      useFactory: (store: SessionStore, protection: ProtectionService) => {
        const pool = new ProbePool(probeConcurrency);
        const prober = new EndpointProber({
          addresses: new HostAddresses(),
          connect,
          policy: endpoints,
          timeoutMs,
          now: monotonic,
        });
        return new JudgeService({
          store,
          protection,
          prober,
          pool,
          metrics: new JudgeMetrics(metrics, pool),
          log: new JudgeLog(monotonic),
          policy,
          by: id,
          now: monotonic,
          random: Math.random,
        });
      },
    },
  ];
}

function sweepProviders({ config, metrics, jobs, giveUp }: ReconcilerParts): Provider[] {
  const { timing } = config;
  return [
    { provide: SweepMetrics, useFactory: () => new SweepMetrics(metrics) },
    {
      provide: SweepService,
      inject: [SESSION_STORE, ProtectionService, SweepMetrics],
      useFactory: (
        store: SessionStore,
        protection: ProtectionService,
        sweepMetrics: SweepMetrics,
      ) => {
        return new SweepService(store, sweepMetrics, new SweepLog(), monotonic, protection);
      },
    },
    {
      provide: SweepProcessor,
      inject: [SweepService],
      useFactory: (sweeps: SweepService) =>
        new SweepProcessor(sweeps, { ...jobs, sweepIntervalMs: timing.sweepIntervalMs }),
    },
    {
      provide: SweepWatchdog,
      inject: [SESSION_STORE, SweepService, SweepProcessor, SweepMetrics],
      useFactory: (
        store: SessionStore,
        sweeps: SweepService,
        processor: SweepProcessor,
        sweepMetrics: SweepMetrics,
      ) => new SweepWatchdog(store, sweeps, processor, sweepMetrics, timing, monotonic, giveUp),
    },
  ];
}

function rollProviders({ config, metrics, logs }: ReconcilerParts): Provider[] {
  return [
    { provide: RollLog, useFactory: () => new RollLog(logs) },
    { provide: RollMetrics, useFactory: () => new RollMetrics(metrics) },
    {
      provide: CensusService,
      inject: [SESSION_STORE],
      useFactory: (store: SessionStore) =>
        new CensusService(store, config.timing, new CensusMetrics(metrics)),
    },
  ];
}

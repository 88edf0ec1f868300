import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { SessionStore } from '@rollcall/domain';
import type { Metrics } from '@rollcall/observability';
import { SESSION_STORE } from '@rollcall/session-store';
import type { ReconcilerConfig } from './reconciler.config';
import { CensusMetrics } from './roll/census.metrics';
import { CensusService } from './roll/census.service';
import { RollEventsController } from './roll/roll-events.controller';
import { RollMetrics } from './roll/roll.metrics';
import type { JobConnection } from './sweep/job-connections';
import { SweepLog } from './sweep/sweep.log';
import { SweepMetrics } from './sweep/sweep.metrics';
import { SweepProcessor } from './sweep/sweep.processor';
import { SweepService } from './sweep/sweep.service';
import { SweepWatchdog } from './sweep/sweep.watchdog';

export interface ReconcilerParts {
  readonly config: Pick<ReconcilerConfig, 'timing'>;
  readonly metrics: Metrics;
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
      providers: [...sweepProviders(parts), ...rollProviders(parts)],
    };
  }
}

function sweepProviders({ config, metrics, jobs, giveUp }: ReconcilerParts): Provider[] {
  const { timing } = config;
  return [
    { provide: SweepMetrics, useFactory: () => new SweepMetrics(metrics) },
    {
      provide: SweepService,
      inject: [SESSION_STORE, SweepMetrics],
      useFactory: (store: SessionStore, sweepMetrics: SweepMetrics) =>
        new SweepService(store, sweepMetrics, new SweepLog(), monotonic),
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

function rollProviders({ config, metrics }: ReconcilerParts): Provider[] {
  return [
    { provide: RollMetrics, useFactory: () => new RollMetrics(metrics) },
    {
      provide: CensusService,
      inject: [SESSION_STORE],
      useFactory: (store: SessionStore) =>
        new CensusService(store, config.timing, new CensusMetrics(metrics)),
    },
  ];
}

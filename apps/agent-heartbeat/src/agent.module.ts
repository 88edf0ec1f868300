import { Module, type DynamicModule } from '@nestjs/common';
import type { ReportStore } from '@rollcall/domain';
import { redisMetrics, type Metrics } from '@rollcall/observability';
import { SESSION_STORE, SessionStoreModule } from '@rollcall/session-store';
import type { AgentConfig } from './agent.config';
import { AgentMetrics } from './agent.metrics';
import { Agent } from './agent.service';
import { DcvReader } from './dcv/dcv-reader';
import { DcvWatch } from './dcv/dcv-watch.service';
import { Heartbeat } from './heartbeat/heartbeat.service';
import { Reporter } from './heartbeat/reporter';
import type { Identity } from './identity/identity';
import { notePlannedStop } from './identity/planned-stop';

export interface AgentModuleOptions {
  readonly config: AgentConfig;
  readonly identity: Identity;
  readonly returning: boolean;
  readonly metrics: Metrics;
}

@Module({})
export class AgentModule {
  static register({ config, identity, returning, metrics }: AgentModuleOptions): DynamicModule {
    const { host, endpoint, dcv, timing: policy, redis } = config;
    const random = Math.random;
    return {
      module: AgentModule,
      imports: [
        SessionStoreModule.register({
          redis,
          policy,
          role: 'report',
          observer: redisMetrics(metrics),
        }),
      ],
      providers: [
        { provide: AgentMetrics, useValue: new AgentMetrics(metrics) },
        { provide: DcvReader, useFactory: () => new DcvReader(dcv) },
        {
          provide: DcvWatch,
          inject: [DcvReader, AgentMetrics],
          useFactory: (reader: DcvReader, agentMetrics: AgentMetrics) =>
            new DcvWatch((signal) => reader.read(signal), dcv, agentMetrics),
        },
        {
          provide: Reporter,
          inject: [SESSION_STORE, AgentMetrics],
          useFactory: (store: ReportStore, agentMetrics: AgentMetrics) => {
            const own = { identity, endpoint: endpoint.endpoint, zone: host.zone, policy };
            return new Reporter(store, own, agentMetrics);
          },
        },
        {
          provide: Heartbeat,
          inject: [DcvWatch, Reporter],
          useFactory: (watch: DcvWatch, reporter: Reporter) =>
            new Heartbeat(watch, reporter, { policy, returning, random }),
        },
        {
          provide: Agent,
          inject: [DcvWatch, Heartbeat, Reporter],
          useFactory: (watch: DcvWatch, heartbeat: Heartbeat, reporter: Reporter) =>
            new Agent(watch, heartbeat, reporter, {
              policy,
              stop: host.stop,
              dcvTimeoutMs: dcv.timeoutMs,
              pollIntervalMs: dcv.pollIntervalMs,
              notePlannedStop: () => notePlannedStop(host.stateDir, Date.now()),
            }),
        },
      ],
    };
  }
}

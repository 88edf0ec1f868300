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
import { ToldSessions } from './heartbeat/told-sessions';
import { ToldSessionsFile } from './heartbeat/told-sessions.file';
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
    const toldAs = { server: identity.server, roll: redis.roll };
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
        {
          provide: ToldSessionsFile,
          useFactory: () => new ToldSessionsFile(host.stateDir, toldAs),
        },
        { provide: DcvReader, useFactory: () => new DcvReader(dcv) },
        {
          provide: DcvWatch,
          inject: [DcvReader, ToldSessionsFile, AgentMetrics],
          useFactory: (reader: DcvReader, file: ToldSessionsFile, agentMetrics: AgentMetrics) => {
            const options = { ...dcv, toldBefore: file.before };
            return new DcvWatch((signal) => reader.read(signal), options, agentMetrics);
          },
        },
        {
          provide: Reporter,
          inject: [SESSION_STORE, ToldSessionsFile, AgentMetrics],
          useFactory: (store: ReportStore, file: ToldSessionsFile, agentMetrics: AgentMetrics) => {
            const own = { identity, endpoint: endpoint.endpoint, zone: host.zone, policy };
            const told = new ToldSessions(file.before, (openings) => file.keep(openings));
            return new Reporter(store, own, told, agentMetrics);
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

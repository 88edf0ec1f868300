import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { ReportStore } from '@rollcall/domain';
import { redisMetrics, type Metrics } from '@rollcall/observability';
import { SESSION_STORE, SessionStoreModule, StoreWatch } from '@rollcall/session-store';
import type { AgentConfig } from './agent.config';
import { AgentMetrics } from './agent.metrics';
import { Agent } from './agent.service';
import { assembleAgent } from './assemble-agent';
import { DcvReader } from './dcv/dcv-reader';
import { ToldSessionsFile } from './heartbeat/told-sessions.file';
import type { Identity } from './identity/identity';
import { notePlannedStop } from './identity/planned-stop';
import { DoorAddresses } from './report-door/door-addresses';
import { DoorClient } from './report-door/door-client';
import { DoorReportStore } from './report-door/door-report-store';
import type { IdentityFiles } from './report-door/identity-files';

export interface AgentModuleOptions {
  readonly config: AgentConfig;
  readonly identity: Identity;
  /** What the agent shows at its report door, if it has one. */
  readonly files?: IdentityFiles;
  readonly returning: boolean;
  readonly metrics: Metrics;
}

/** Injects the `ReportStore`: Redis itself, or what is behind a report door. */
const REPORT_STORE = Symbol('REPORT_STORE');

@Module({})
export class AgentModule {
  static register(options: AgentModuleOptions): DynamicModule {
    const { config, identity, returning, metrics } = options;
    const { host, endpoint, dcv, timing: policy, redis } = config;
    const toldAs = { server: identity.server, roll: redis.roll };
    const watch = new StoreWatch(redisMetrics(metrics));
    return {
      module: AgentModule,
      imports: config.door ? [] : [redisStore(options, watch)],
      providers: [
        { provide: AgentMetrics, useValue: new AgentMetrics(metrics) },
        reportStore(options),
        {
          provide: ToldSessionsFile,
          useFactory: () => new ToldSessionsFile(host.stateDir, toldAs),
        },
        { provide: DcvReader, useFactory: () => new DcvReader(dcv) },
        {
          provide: Agent,
          inject: [REPORT_STORE, DcvReader, ToldSessionsFile, AgentMetrics],
          useFactory: (
            store: ReportStore,
            reader: DcvReader,
            told: ToldSessionsFile,
            observer: AgentMetrics,
          ) =>
            assembleAgent({
              ...{ identity, returning, policy, store, dcv, told, observer },
              endpoint: endpoint.endpoint,
              zone: host.zone,
              stop: host.stop,
              read: (signal) => reader.read(signal),
              notePlannedStop: () => notePlannedStop(host.stateDir, Date.now()),
              onLeftMaster: (tell) => watch.onLeftMaster(tell),
              random: Math.random,
            }),
        },
      ],
    };
  }
}

function redisStore({ config }: AgentModuleOptions, observer: StoreWatch): DynamicModule {
  const { redis, timing: policy } = config;
  return SessionStoreModule.register({
    redis,
    policy,
    role: 'report',
    observer,
  });
}

function reportStore({ config, files, metrics }: AgentModuleOptions): Provider {
  const { door, timing: policy } = config;
  if (!door || !files) return { provide: REPORT_STORE, useExisting: SESSION_STORE };
  return {
    provide: REPORT_STORE,
    useFactory: () => {
      const up = metrics.gauge({
        name: 'report_door_up',
        help: '1 while the report door answers',
      });
      const addresses = new DoorAddresses({ random: Math.random });
      const client = new DoorClient(door.url, files, addresses);
      return new DoorReportStore(client, {
        policy,
        doorChanged: (answers) => up.set(answers ? 1 : 0),
      });
    },
  };
}

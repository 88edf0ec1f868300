import {
  EndpointSettings,
  LogSettings,
  metricsSettings,
  RedisSettings,
  TimingSettings,
  type Config,
} from '@rollcall/config';
import { METRICS_PORT } from './agent.config';
import { IngestSettings } from './settings/ingest.settings';
import { RoleSettings } from './settings/role.settings';

export const ABOUT_INGEST =
  'The Rollcall report door takes the reports of DCV hosts over HTTPS, for fleets whose hosts must not reach Redis. Run two or more.';

/** Everything a report door reads from its environment. */
export const INGEST_SETTINGS = {
  role: RoleSettings,
  ingest: IngestSettings,
  timing: TimingSettings,
  redis: RedisSettings,
  endpoints: EndpointSettings,
  metrics: metricsSettings(METRICS_PORT),
  log: LogSettings,
};

export type IngestAppConfig = Config<typeof INGEST_SETTINGS>;

import {
  LogSettings,
  metricsSettings,
  RedisSettings,
  TimingSettings,
  type Config,
} from '@rollcall/config';
import { DcvSettings } from './settings/dcv.settings';
import { HostSettings } from './settings/host.settings';
import { OwnEndpointSettings } from './settings/own-endpoint.settings';
import { ReportDoorSettings } from './settings/report-door.settings';
import { RoleSettings } from './settings/role.settings';

export const ABOUT =
  'The Rollcall agent runs on a DCV host: it reads the host’s sessions from dcv and reports them to the roll, every few seconds and whenever they change.';

/** Of both roles: no machine needs both. */
export const METRICS_PORT = 9448;

/** Everything the agent reads from its environment. */
export const AGENT_SETTINGS = {
  role: RoleSettings,
  host: HostSettings,
  endpoint: OwnEndpointSettings,
  dcv: DcvSettings,
  door: ReportDoorSettings,
  timing: TimingSettings,
  redis: RedisSettings,
  metrics: metricsSettings(METRICS_PORT),
  log: LogSettings,
};

export type AgentConfig = Config<typeof AGENT_SETTINGS>;

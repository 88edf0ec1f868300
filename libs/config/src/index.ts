export { BeliefSettings } from './belief.settings';
export { ConfigError } from './config-error';
export { ConnectSettings, type ConnectConfig } from './connect.settings';
export { EndpointSettings } from './endpoint.settings';
export { LogSettings, type LogConfig, type LogLevel } from './log.settings';
export { metricsSettings, type MetricsConfig } from './metrics.settings';
export { readEnv, type Config, type Environment, type SettingsGroups } from './read-env';
export { EXIT_CONFIG_INVALID, readEnvOrExit, type HostProcess } from './read-env-or-exit';
export {
  nodeText,
  redisAddress,
  redisSetting,
  type ClusterRedis,
  type RedisConfig,
  type RedisNode,
  type RedisPlace,
  type RedisTls,
  type SentinelRedis,
  type StandaloneRedis,
} from './redis-config';
export { RedisSettings } from './redis.settings';
export {
  Setting,
  settingsOf,
  type SettingInfo,
  type SettingOptions,
  type Settings,
  type SettingsClass,
  type SettingValue,
} from './setting.decorator';
export { TimingSettings } from './timing.settings';
export { TokenSettings, type TokenConfig } from './token.settings';

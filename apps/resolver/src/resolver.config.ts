import {
  EndpointSettings,
  LogSettings,
  metricsSettings,
  RedisSettings,
  Setting,
  TimingSettings,
  type Config,
  type Settings,
} from '@rollcall/config';
import { IsInt, IsIP, Max, Min } from 'class-validator';

export interface ListenConfig {
  readonly host: string;
  readonly port: number;
}

const PORT_RULE = { message: 'RESOLVER_PORT must be a whole number from 0 to 65535' };

/** Where gateways reach a resolver. */
export class ResolverSettings implements Settings<ListenConfig> {
  @Setting({
    default: '0.0.0.0',
    about:
      'Address that lookups are answered on; :: takes IPv6 as well, 127.0.0.1 only a proxy on the same machine',
  })
  @IsIP(undefined, { message: 'RESOLVER_HOST must be an IP address of this machine' })
  RESOLVER_HOST!: string;

  @Setting({ default: 8447, about: 'Port that lookups are answered on; 0 takes any free port' })
  @IsInt(PORT_RULE)
  @Min(0, PORT_RULE)
  @Max(65_535, PORT_RULE)
  RESOLVER_PORT!: number;

  toConfig(): ListenConfig {
    return { host: this.RESOLVER_HOST, port: this.RESOLVER_PORT };
  }
}

/** Everything a resolver can be told. */
export const RESOLVER_SETTINGS = {
  listen: ResolverSettings,
  redis: RedisSettings,
  timing: TimingSettings,
  endpoints: EndpointSettings,
  metrics: metricsSettings(9447),
  log: LogSettings,
};

export type ResolverConfig = Config<typeof RESOLVER_SETTINGS>;

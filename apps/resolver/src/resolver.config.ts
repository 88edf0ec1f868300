import {
  ConfigError,
  EndpointSettings,
  LogSettings,
  metricsSettings,
  RedisSettings,
  Setting,
  TimingSettings,
  type Config,
  type Settings,
} from '@rollcall/config';
import { IsInt, IsIP, IsOptional, Matches, Max, Min } from 'class-validator';
import { TlsSettings } from './tls/tls.settings';

export interface ListenConfig {
  readonly host: string;
  readonly port: number;
  /** Of verify and route; undefined when they share the lookups' port. */
  readonly hostsPort?: number;
  /** Stands before every path; may be a secret, so never show it. Empty = none. */
  readonly pathPrefix: string;
}

const portRule = { message: '$property must be a whole number from 0 to 65535' };

/** Segments of RFC 3986's unreserved characters, which nobody encodes; dot segments are taken out by clients. */
const PATH_PREFIX = /^(?=.{1,200}$)(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/;

/** Where gateways, DCV servers and proxies reach a resolver. */
export class ResolverSettings implements Settings<ListenConfig> {
  @Setting({
    default: '0.0.0.0',
    about:
      'Address that lookups are answered on; :: takes IPv6 as well, 127.0.0.1 only a proxy on the same machine',
  })
  @IsIP(undefined, { message: 'RESOLVER_HOST must be an IP address of this machine' })
  RESOLVER_HOST!: string;

  @Setting({ default: 8447, about: 'Port that lookups are answered on; 0 takes any free port' })
  @IsInt(portRule)
  @Min(0, portRule)
  @Max(65_535, portRule)
  RESOLVER_PORT!: number;

  @Setting({
    about:
      'Port for DCV servers and proxies (verify and route), which never asks for client certificates; unset = RESOLVER_PORT',
  })
  @IsOptional()
  @IsInt(portRule)
  @Min(0, portRule)
  @Max(65_535, portRule)
  RESOLVER_HOSTS_PORT?: number;

  @Setting({
    about:
      'Stands before every path, such as /k3Jx…; a secret one keeps those out who do not know it, and is never logged',
  })
  @IsOptional()
  @Matches(PATH_PREFIX, {
    message:
      'RESOLVER_PATH_PREFIX must be segments such as /one/two of letters, digits and -._~, without a slash at the end, 200 characters at most',
  })
  RESOLVER_PATH_PREFIX?: string;

  toConfig(): ListenConfig {
    const { RESOLVER_PORT: port, RESOLVER_HOSTS_PORT: hostsPort } = this;
    if (hostsPort === port && port !== 0) {
      throw new ConfigError([
        'RESOLVER_HOSTS_PORT must differ from RESOLVER_PORT; leave it unset to serve all on one port',
      ]);
    }
    return {
      host: this.RESOLVER_HOST,
      port,
      hostsPort,
      pathPrefix: this.RESOLVER_PATH_PREFIX ?? '',
    };
  }
}

/** Everything a resolver can be told. */
export const RESOLVER_SETTINGS = {
  listen: ResolverSettings,
  tls: TlsSettings,
  redis: RedisSettings,
  timing: TimingSettings,
  endpoints: EndpointSettings,
  metrics: metricsSettings(9447),
  log: LogSettings,
};

export type ResolverConfig = Config<typeof RESOLVER_SETTINGS>;

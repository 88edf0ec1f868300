import { DEFAULT_ENDPOINT_PORTS, endpointPolicy, type EndpointPolicy } from '@rollcall/domain';
import { IsString } from 'class-validator';
import { ConfigError } from './config-error';
import { Setting, type Settings } from './setting.decorator';

/** Where agents may send clients. */
export class EndpointSettings implements Settings<EndpointPolicy> {
  @Setting({
    default: '',
    about:
      'CIDR blocks and DNS suffixes (no leading dot), comma-separated, that hosts may report as their address; empty allows any but link-local, metadata, multicast and loopback addresses. Set it to your hosts’ networks',
  })
  @IsString()
  ENDPOINT_ALLOW!: string;

  @Setting({
    default: DEFAULT_ENDPOINT_PORTS,
    about: 'Ports and ranges, comma-separated, that hosts may report',
  })
  @IsString()
  ENDPOINT_PORTS!: string;

  toConfig(): EndpointPolicy {
    const policy = endpointPolicy(this.ENDPOINT_ALLOW, this.ENDPOINT_PORTS);
    if ('problems' in policy) throw new ConfigError(policy.problems);
    return policy;
  }
}

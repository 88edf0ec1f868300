import { ConfigError, EndpointSettings, Setting, type Settings } from '@rollcall/config';
import { endpointProblem, type Endpoint } from '@rollcall/domain';
import { IsInt, IsNotEmpty, Max, Min } from 'class-validator';

const PORT_RULE = { message: '$property must be a whole number from 1 to 65535' };
const QUIC_PORT_RULE = { message: 'AGENT_QUIC_PORT must be 0 (no QUIC) or a port up to 65535' };

export interface OwnEndpointConfig {
  readonly endpoint: Endpoint;
}

/** The same variables as the roll's rules, but another outcome: the rules are applied here and not passed on. */
const EndpointRules: new () => Omit<EndpointSettings, 'toConfig'> = EndpointSettings;

/** An agent whose own address the roll would refuse does not start: its reports would be lost one by one. */
export class OwnEndpointSettings extends EndpointRules implements Settings<OwnEndpointConfig> {
  @Setting({
    about:
      'Required: DNS name or address at which gateways reach this host, without a port. `hostname -f` or `hostname -I` shows candidates, on EC2 the private DNS name; it is never guessed, as a host often has several',
  })
  @IsNotEmpty({
    message:
      'AGENT_ENDPOINT must be set to the DNS name or address at which gateways reach this host (see `hostname -f` or `hostname -I`)',
  })
  AGENT_ENDPOINT!: string;

  @Setting({ default: 8443, about: 'TCP port of the DCV server (web-port in dcv.conf)' })
  @IsInt(PORT_RULE)
  @Min(1, PORT_RULE)
  @Max(65_535, PORT_RULE)
  AGENT_HTTP_PORT!: number;

  @Setting({
    default: 8443,
    about: 'UDP port of the DCV server (quic-port in dcv.conf); 0 when QUIC is switched off',
  })
  @IsInt(QUIC_PORT_RULE)
  @Min(0, QUIC_PORT_RULE)
  @Max(65_535, QUIC_PORT_RULE)
  AGENT_QUIC_PORT!: number;

  @Setting({ default: '/', about: 'Path of the DCV web client (web-url-path in dcv.conf)' })
  @IsNotEmpty()
  AGENT_WEB_URL_PATH!: string;

  toConfig(): OwnEndpointConfig {
    const policy = EndpointSettings.prototype.toConfig.call(this);
    const endpoint: Endpoint = {
      host: this.AGENT_ENDPOINT,
      httpPort: this.AGENT_HTTP_PORT,
      quicPort: this.AGENT_QUIC_PORT,
      webUrlPath: this.AGENT_WEB_URL_PATH,
    };
    const malformed = endpointProblem(endpoint);
    if (malformed !== undefined) {
      throw new ConfigError([`AGENT_ENDPOINT, AGENT_WEB_URL_PATH: ${malformed}`]);
    }
    const refusal = policy.refusal(endpoint);
    if (refusal !== undefined) {
      throw new ConfigError([
        `AGENT_ENDPOINT (${endpoint.host}) would be refused by the roll: ${refusal}`,
      ]);
    }
    return { endpoint };
  }
}

import { GATEWAY_PORT, parseDoorAddress, PROXY_PORT, type DoorAddress } from '@rollcall/domain';
import { ConfigError } from './config-error';
import { Setting, type Settings } from './setting.decorator';

/** Where links lead when nobody says. */
export interface ConnectConfig {
  readonly gateway?: DoorAddress;
  readonly proxy?: DoorAddress;
}

/** The doors that people come through. */
export class ConnectSettings implements Settings<ConnectConfig> {
  @Setting({
    about: `Connection Gateway that rollcall connect makes links for, as people reach it: HOST:PORT, or HOST for port ${GATEWAY_PORT}`,
  })
  CONNECT_GATEWAY?: string;

  @Setting({
    about: `nginx or Apache that rollcall connect makes links for, as people reach it: HOST:PORT, or HOST for port ${PROXY_PORT}`,
  })
  CONNECT_PROXY?: string;

  toConfig(): ConnectConfig {
    const problems: string[] = [];
    const read = (name: 'CONNECT_GATEWAY' | 'CONNECT_PROXY', defaultPort: number) => {
      const text = this[name]?.trim();
      const address = text === undefined ? undefined : parseDoorAddress(text, defaultPort);
      if (text !== undefined && address === undefined) {
        problems.push(`${name} must read HOST:PORT or HOST, an IPv6 address in brackets`);
      }
      return address;
    };
    const gateway = read('CONNECT_GATEWAY', GATEWAY_PORT);
    const proxy = read('CONNECT_PROXY', PROXY_PORT);
    if (problems.length > 0) throw new ConfigError(problems);
    return { gateway, proxy };
  }
}

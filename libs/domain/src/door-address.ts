import { endpointProblem } from './endpoint';
import { parseIpAddress } from './ip-address';

/** Where people reach a gateway or a proxy. */
export interface DoorAddress {
  /** DNS name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Port of a Connection Gateway when none is named. */
export const GATEWAY_PORT = 8443;

/** Port of a proxy when none is named. */
export const PROXY_PORT = 443;

const DOOR_ADDRESS = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:]*))(?::(?<port>\d{1,5}))?$/;
const ENDS_IN_NUMBER = /(?:^|\.)\d+$/;

/** Reads `HOST:PORT` or `HOST`, an IPv6 address in brackets; undefined for anything else. */
export function parseDoorAddress(text: string, defaultPort: number): DoorAddress | undefined {
  const { ipv6, name = '', port } = DOOR_ADDRESS.exec(text)?.groups ?? {};
  const address = { host: ipv6 ?? name, port: port === undefined ? defaultPort : Number(port) };
  const isHost = ipv6 === undefined ? isNameOrIpv4(name) : isIpv6(ipv6);
  return isHost && isReachable(address) ? address : undefined;
}

/** A name that ends in a number is an IPv4 address to a browser, which refuses it if it is none. */
function isNameOrIpv4(text: string): boolean {
  return !ENDS_IN_NUMBER.test(text) || parseIpAddress(text) !== undefined;
}

function isIpv6(text: string): boolean {
  return text.includes(':') && parseIpAddress(text) !== undefined;
}

function isReachable({ host, port }: DoorAddress): boolean {
  return endpointProblem({ host, httpPort: port, quicPort: 0, webUrlPath: '/' }) === undefined;
}

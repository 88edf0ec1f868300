import { parseIpAddress } from './ip-address';

/** How a client wants to be carried to its session. */
export type Transport = 'HTTP' | 'QUIC';

/** Where a gateway reaches a host's DCV server. */
export interface Endpoint {
  /** DNS name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  /** TCP port of HTTPS and WebSockets. */
  readonly httpPort: number;
  /** UDP port of QUIC; 0 when the host offers none. */
  readonly quicPort: number;
  /** Path the DCV server's web content lives under (`web-url-path`); starts with `/`. */
  readonly webUrlPath: string;
}

const DNS_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?';
const DNS_NAME = new RegExp(`^(?=.{1,253}$)${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const WEB_URL_PATH = /^\/[\x21-\x7e]{0,255}$/;

/** The port that carries this transport, or undefined when the host does not offer it. */
export function portFor(endpoint: Endpoint, transport: Transport): number | undefined {
  const port = transport === 'HTTP' ? endpoint.httpPort : endpoint.quicPort;
  return port > 0 ? port : undefined;
}

/** Says what is wrong with the form of an endpoint, or undefined when nothing is. */
export function endpointProblem(endpoint: Endpoint): string | undefined {
  if (!isHost(endpoint.host)) return 'the host must be a DNS name or an IP address';
  if (!isPort(endpoint.httpPort)) return 'the HTTP port must be a number from 1 to 65535';
  if (endpoint.quicPort !== 0 && !isPort(endpoint.quicPort))
    return 'the QUIC port must be 0 or a number from 1 to 65535';
  if (!WEB_URL_PATH.test(endpoint.webUrlPath)) {
    return 'the web URL path must start with / and hold at most 256 printable ASCII characters without spaces';
  }
  return undefined;
}

function isHost(text: string): boolean {
  return DNS_NAME.test(text) || parseIpAddress(text) !== undefined;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

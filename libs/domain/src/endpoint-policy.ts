import type { Endpoint } from './endpoint';
import {
  blockHolds,
  parseIpAddress,
  parseIpBlock,
  type IpAddress,
  type IpBlock,
} from './ip-address';

/** Which endpoints agents may report and resolvers may answer. */
export interface EndpointPolicy {
  /** Says why the endpoint is refused, or undefined when it is allowed. */
  refusal(endpoint: Endpoint): string | undefined;
  /**
   * Says why an address must not be connected to that an allowed host's name has resolved to, or undefined when it may
   * be. A name that passes by its suffix vouches for ordinary addresses, whatever blocks are listed besides.
   */
  addressRefusal(host: string, address: string): string | undefined;
}

/** Ports a DCV server may be reported on (`ENDPOINT_PORTS`). */
export const DEFAULT_ENDPOINT_PORTS = '1024-65535,443';

const block = (text: string): IpBlock => {
  const parsed = parseIpBlock(text);
  if (!parsed) throw new Error(`not an address block: ${text}`);
  return parsed;
};

/** Addresses that are never a desktop: link-local with the metadata services on it, multicast, "this host", reserved. */
const NEVER = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::/32', // EC2's services over IPv6: metadata (::254), pod identities (::23), time, DNS
  'fd20:ce::254', // Google Cloud metadata over IPv6
  '100.100.100.200', // Alibaba Cloud metadata
  '168.63.129.16', // Azure's host agent
  '224.0.0.0/4',
  'ff00::/8',
  '0.0.0.0/8',
  '240.0.0.0/4',
  '::/128',
].map(block);
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(block);
const METADATA_NAMES = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
];
/** What /etc/hosts of common distributions calls the loopback address. */
const LOOPBACK_NAMES = [
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
];
const NEVER_ALLOWED = 'link-local, metadata, multicast and reserved addresses are never allowed';
const LOOPBACK_UNLISTED = 'loopback addresses are allowed only when ENDPOINT_ALLOW lists them';
const DNS_SUFFIX = /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

interface PortRange {
  readonly from: number;
  readonly to: number;
}

interface AllowList {
  readonly blocks: readonly IpBlock[];
  readonly suffixes: readonly string[];
}

/**
 * Builds the policy from `ENDPOINT_ALLOW` (CIDR blocks and DNS suffixes, comma-separated; empty = any but the refused
 * ones) and `ENDPOINT_PORTS` (ports and ranges, comma-separated).
 * @returns the policy, or one sentence per entry that cannot be read.
 */
export function endpointPolicy(
  allow: string,
  ports: string,
): EndpointPolicy | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const allowed = readAllowList(allow, problems);
  const ranges = readPortRanges(ports, problems);
  if (problems.length > 0) return { problems };
  return {
    refusal: (endpoint) => {
      const badPort = [endpoint.httpPort, endpoint.quicPort].find(
        (port) => port !== 0 && !isWithin(ranges, port),
      );
      return badPort === undefined
        ? hostRefusal(endpoint.host, allowed)
        : `port ${badPort} is not among ENDPOINT_PORTS`;
    },
    addressRefusal: (host, address) => resolvedRefusal(host, address, allowed),
  };
}

function resolvedRefusal(host: string, text: string, allowed: AllowList): string | undefined {
  const address = parseIpAddress(text);
  if (address === undefined) return 'the address cannot be read';
  if (parseIpAddress(host) !== undefined) return addressRefusal(address, allowed);
  if (isIn(NEVER, address)) return NEVER_ALLOWED;
  const isLoopbackByName = LOOPBACK_NAMES.some((name) => hasSuffix(plainName(host), name));
  const isLoopback = isIn(LOOPBACK, address) && !isIn(allowed.blocks, address);
  return isLoopback && !isLoopbackByName ? LOOPBACK_UNLISTED : undefined;
}

function hostRefusal(host: string, allowed: AllowList): string | undefined {
  const address = parseIpAddress(host);
  return address === undefined
    ? nameRefusal(plainName(host), allowed)
    : addressRefusal(address, allowed);
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function addressRefusal(address: IpAddress, { blocks, suffixes }: AllowList): string | undefined {
  if (isIn(NEVER, address)) return NEVER_ALLOWED;
  if (isIn(blocks, address)) return undefined;
  if (isIn(LOOPBACK, address)) return LOOPBACK_UNLISTED;
  return blocks.length + suffixes.length > 0
    ? 'the address is not among ENDPOINT_ALLOW'
    : undefined;
}

function nameRefusal(name: string, { blocks, suffixes }: AllowList): string | undefined {
  if (name.includes(':')) return 'the address cannot be read';
  // Resolvers of names read "127.1" or "0x7f000001" as an address, so such a name could hide one.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name))
    return 'the name reads as a number, and could hide an address';
  if (METADATA_NAMES.includes(name)) return NEVER_ALLOWED;
  if (suffixes.some((suffix) => hasSuffix(name, suffix))) return undefined;
  if (LOOPBACK_NAMES.some((loopback) => hasSuffix(name, loopback))) return LOOPBACK_UNLISTED;
  return blocks.length + suffixes.length > 0 ? 'the name is not among ENDPOINT_ALLOW' : undefined;
}

function hasSuffix(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

function isIn(blocks: readonly IpBlock[], address: IpAddress): boolean {
  return blocks.some((candidate) => blockHolds(candidate, address));
}

function isWithin(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(({ from, to }) => port >= from && port <= to);
}

function readAllowList(text: string, problems: string[]): AllowList {
  const blocks: IpBlock[] = [];
  const suffixes: string[] = [];
  for (const entry of entriesOf(text)) {
    const parsed = parseIpBlock(entry);
    const suffix = entry.toLowerCase();
    if (parsed) blocks.push(parsed);
    else if (DNS_SUFFIX.test(suffix) && !/^[\d.]+$/.test(suffix)) suffixes.push(suffix);
    else
      problems.push(
        `ENDPOINT_ALLOW: "${entry}" is neither a CIDR block nor a DNS suffix without a leading dot`,
      );
  }
  return { blocks, suffixes };
}

function readPortRanges(text: string, problems: string[]): PortRange[] {
  const ranges: PortRange[] = [];
  for (const entry of entriesOf(text)) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(entry);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match && from >= 1 && from <= to && to <= 65535) ranges.push({ from, to });
    else
      problems.push(`ENDPOINT_PORTS: "${entry}" is neither a port nor a range such as 8000-8999`);
  }
  if (ranges.length === 0 && problems.length === 0)
    problems.push('ENDPOINT_PORTS must name at least one port');
  return ranges;
}

function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

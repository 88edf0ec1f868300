import { isIPv6 } from 'node:net';
import type { RedisNode } from './redis-config';

const NODES_MAX = 100;
const NODE = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[A-Za-z0-9._-]{1,253})):(?<port>\d{1,5})$/;
const PORT_MAX = 65_535;

/** Reads `host:port,…`, an IPv6 address in brackets; undefined when an entry is anything else, or there are too many. */
export function parseRedisNodes(text: string): RedisNode[] | undefined {
  const nodes = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseNode);
  if (nodes.length === 0 || nodes.length > NODES_MAX) return undefined;
  return nodes.every((node) => node !== undefined) ? nodes : undefined;
}

function parseNode(entry: string): RedisNode | undefined {
  const { ipv6, name, port = '' } = NODE.exec(entry)?.groups ?? {};
  const host = ipv6 ?? name;
  if (host === undefined || (ipv6 !== undefined && !isIPv6(ipv6))) return undefined;
  return Number(port) >= 1 && Number(port) <= PORT_MAX ? { host, port: Number(port) } : undefined;
}

/** An address as one number of 128 bits; IPv4 stands in its IPv6-mapped range, so that one comparison serves both. */
export type IpAddress = bigint;

/** A block of addresses. */
export interface IpBlock {
  readonly network: IpAddress;
  readonly hostBits: number;
}

const IPV4_MAPPED = 0xffffn << 32n;
const NAT64 = 0x64ff9bn << 64n;
const IPV4_TRANSLATED = 0xffff0000n;
const SIX_TO_FOUR = 0x2002n;
const IPV6_LOOPBACK = 1n;
const LOW_32_BITS = 0xffffffffn;

/** Reads an IPv4 address in four decimal parts or an IPv6 address without zone; undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : mapIpv4(parseIpv4(text));
}

/** Reads `address/bits` or a single address; undefined for anything else. */
export function parseIpBlock(text: string): IpBlock | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const network = parseIpAddress(address);
  if (network === undefined || rest.length > 0) return undefined;
  const width = address.includes(':') ? 128 : 32;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > width)) return undefined;
  return { network, hostBits: bits === undefined ? 0 : width - Number(bits) };
}

/** Whether the block holds the address. */
export function blockHolds(block: IpBlock, address: IpAddress): boolean {
  const bits = BigInt(block.hostBits);
  return block.network >> bits === address >> bits;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function mapIpv4(value: bigint | undefined): IpAddress | undefined {
  return value === undefined ? undefined : IPV4_MAPPED | value;
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  const [head, tail] = groups;
  if (head === undefined || groups.includes(undefined)) return undefined;
  if (tail === undefined) return head.length === 8 ? unwrapIpv4(joinGroups(head)) : undefined;
  if (head.length + tail.length > 7) return undefined;
  const gap = new Array<bigint>(8 - head.length - tail.length).fill(0n);
  return unwrapIpv4(joinGroups([...head, ...gap, ...tail]));
}

function parseGroups(text: string, isLast: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (isLast && part.includes('.') && index === parts.length - 1) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      groups.push(embedded >> 16n, embedded & 0xffffn);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      return undefined;
    }
  }
  return groups;
}

function joinGroups(groups: readonly bigint[]): IpAddress {
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/**
 * Several ranges stand for an IPv4 address: judge them as that. 64:ff9b::/96 (RFC 6052), ::ffff:0:0:0/96 (RFC 2765) and
 * ::/96 (RFC 4291, but for :: and ::1) have it in their last 32 bits, 2002::/16 (RFC 3056) has it behind the prefix.
 */
function unwrapIpv4(address: IpAddress): IpAddress {
  if (address >> 112n === SIX_TO_FOUR) return IPV4_MAPPED | ((address >> 80n) & LOW_32_BITS);
  const prefix = address >> 32n;
  const isCompatible = prefix === 0n && address > IPV6_LOOPBACK;
  const isWrapped = prefix === NAT64 || prefix === IPV4_TRANSLATED || isCompatible;
  return isWrapped ? IPV4_MAPPED | (address & LOW_32_BITS) : address;
}

import { timingSafeEqual } from 'node:crypto';

/**
 * What a request asks for, without origin, query and fragment, and read as the router does, which takes duplicate
 * slashes for one and decodes what is not reserved; as it stands where it cannot be decoded. The path prefix is taken off a request's `url` before it reaches Fastify (`withoutPrefix`): nobody
 * behind it needs to know of one.
 */
export function pathOf(target: string): string {
  const { path } = partsOf(target);
  return decode(path) ?? path;
}

/** Whether the router can decode the path; what it cannot, it refuses. */
export function isReadable(target: string): boolean {
  return decode(partsOf(target).path) !== undefined;
}

/** The target as it is without the prefix; undefined where it does not begin with it. */
export function withoutPrefix(target: string, prefix: string): string | undefined {
  if (prefix === '') return target;
  const { path, rest } = partsOf(target);
  const begins = path[prefix.length] === '/' && isSame(path.slice(0, prefix.length), prefix);
  return begins ? path.slice(prefix.length) + rest : undefined;
}

const TARGET = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(.*)$/s;

function partsOf(target: string): { path: string; rest: string } {
  const [, path = '', rest = ''] = TARGET.exec(target) ?? [];
  return { path: path.replace(/\/+/g, '/'), rest };
}

function decode(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURI(path);
  } catch {
    return undefined;
  }
}

/** In a time that does not tell how much of a guess is right: the prefix may be a secret. */
function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

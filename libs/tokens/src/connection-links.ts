import type { DoorAddress } from '@rollcall/domain';

/** What a browser opens to reach the session through a Connection Gateway. */
export function browserLink(gateway: DoorAddress, publicId: string, token: string): string {
  return link(`https://${hostPort(gateway)}/`, publicId, token);
}

/** What a native DCV client opens to reach the session through a Connection Gateway. */
export function nativeLink(gateway: DoorAddress, publicId: string, token: string): string {
  return link(`dcv://${hostPort(gateway)}/`, publicId, token);
}

/**
 * What a browser opens to reach the session through a proxy, which never sees a fragment: the id stands in the path as
 * well, behind the prefix that the proxy knows it by. The path ends in a slash, so that relative addresses stay under it.
 */
export function proxyLink(
  proxy: DoorAddress,
  pathPrefix: string,
  publicId: string,
  token: string,
): string {
  const path = `${pathPrefix}${encodeURIComponent(publicId)}/`;
  return link(`https://${hostPort(proxy)}${path}`, publicId, token);
}

function link(base: string, publicId: string, token: string): string {
  return `${base}?authToken=${encodeURIComponent(token)}#${encodeURIComponent(publicId)}`;
}

function hostPort({ host, port }: DoorAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

import { formatDuration } from '../output/duration';
import { visible } from '../output/visible-text';
import { STALE_MEANING } from '../resolve/resolve.text';
import type { Connection } from './make-connection';

/** A connection for a person: what it is, how long it is good, and the links. */
export function connectText(connection: Connection): string {
  const { id, user, clientAddress, stale, links } = connection;
  const lines: [string, string | undefined][] = [
    ['session', visible(id)],
    ['user', visible(user)],
    ['client', clientAddress && `${clientAddress}, and no other`],
    ['good', goodFor(connection)],
    ['stale', stale && STALE_MEANING[stale]],
    ['browser', links.browser],
    ['native', links.native],
    ['proxy', links.proxy],
  ];
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(8)} ${value}`)
    .join('\n');
}

/** A connection for programs. */
export function connectDocument({ ttlMs, expiresAtMs, ...rest }: Connection): unknown {
  const { token, links, ...who } = rest;
  return { ...who, expiresAt: new Date(expiresAtMs).toISOString(), token, links };
}

function goodFor({ ttlMs, expiresAtMs }: Connection): string {
  const end = `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z`;
  return `for ${formatDuration(ttlMs)}, until ${end} or the end of the session`;
}

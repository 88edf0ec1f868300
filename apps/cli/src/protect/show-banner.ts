import type { Terminal } from '../terminal';
import type { ProtectedZone } from './protected-zone';
import { protectionBanner } from './protection.banner';

/** Puts the banner beside an answer that is not to be mixed with it. */
export function showBanner(terminal: Terminal, zones: readonly ProtectedZone[]): void {
  const banner = protectionBanner(zones);
  if (banner !== undefined) terminal.err(`${banner}\n\n`);
}

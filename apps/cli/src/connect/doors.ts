import type { DoorAddress } from '@rollcall/domain';
import { browserLink, nativeLink, proxyLink } from '@rollcall/tokens';
import { CommandFailure, ExitCode } from '../exit-codes';
import { visible } from '../output/visible-text';

/** The ways that lead to the hosts. */
export interface Doors {
  readonly gateway?: DoorAddress;
  readonly proxy?: DoorAddress;
}

/** What opens a session. */
export interface Links {
  /** Through a Connection Gateway, in a browser. */
  readonly browser?: string;
  /** Through a Connection Gateway, with the native client. */
  readonly native?: string;
  /** Through nginx or Apache, in a browser. */
  readonly proxy?: string;
}

/** The doors that links are made for: those that the command line names, or else those that are set. */
export function chooseDoors(named: Doors, set: Doors): Doors {
  const doors = isAny(named) ? named : set;
  if (isAny(doors)) return doors;
  throw new CommandFailure(
    ExitCode.usage,
    'a link leads through a gateway or a proxy: say --gateway HOST:PORT or --proxy HOST:PORT, or set CONNECT_GATEWAY or CONNECT_PROXY',
  );
}

/** Ends the command when one of the doors cannot carry this id. */
export async function demandCarried(doors: Doors, publicId: string): Promise<void> {
  const { DOOR_ID } = await import('@rollcall/contracts');
  if (doors.proxy === undefined || DOOR_ID.test(publicId)) return;
  throw new CommandFailure(
    ExitCode.nothing,
    `${visible(publicId)} has no link through a proxy: its id stands in a path there, and may have at most 200 letters, digits, dots, hyphens, underscores and tildes, nothing else; --gateway takes any id`,
  );
}

export async function linksTo(doors: Doors, publicId: string, token: string): Promise<Links> {
  const { DOOR_PATH_PREFIX } = await import('@rollcall/contracts');
  const { gateway, proxy } = doors;
  return {
    ...(gateway && {
      browser: browserLink(gateway, publicId, token),
      native: nativeLink(gateway, publicId, token),
    }),
    ...(proxy && { proxy: proxyLink(proxy, DOOR_PATH_PREFIX, publicId, token) }),
  };
}

function isAny({ gateway, proxy }: Doors): boolean {
  return gateway !== undefined || proxy !== undefined;
}

import {
  GATEWAY_PORT,
  isUser,
  parseDoorAddress,
  parseIpAddress,
  PROXY_PORT,
  USER_LENGTH_MAX,
  type DoorAddress,
} from '@rollcall/domain';
import { InvalidArgumentError } from 'commander';

export function readUser(text: string): string {
  if (isUser(text)) return text;
  throw new InvalidArgumentError(
    `A user name has 1 to ${USER_LENGTH_MAX} characters and no control characters.`,
  );
}

export function readClientAddress(text: string): string {
  if (parseIpAddress(text) !== undefined) return text;
  throw new InvalidArgumentError('It is an IPv4 or IPv6 address, without a port.');
}

export function readGateway(text: string): DoorAddress {
  return readDoor(text, GATEWAY_PORT);
}

export function readProxy(text: string): DoorAddress {
  return readDoor(text, PROXY_PORT);
}

function readDoor(text: string, defaultPort: number): DoorAddress {
  const address = parseDoorAddress(text, defaultPort);
  if (address) return address;
  throw new InvalidArgumentError(
    `It is HOST:PORT, or HOST for port ${defaultPort}, an IPv6 address in brackets.`,
  );
}

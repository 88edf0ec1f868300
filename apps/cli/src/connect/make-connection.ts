import { qualifiedId, type Destination, type StaleCause } from '@rollcall/domain';
import { ConnectionTokens } from '@rollcall/tokens';
import {
  gatewayAnswer,
  refusal,
  unaskableAnswer,
  type GatewayAnswer,
} from '../resolve/gateway-answer';
import { lookUp, readId } from '../resolve/look-up';
import type { Cli, Roll } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { chooseDoors, demandCarried, linksTo, type Doors, type Links } from './doors';

/** Who is to be let in where. */
export interface Wish {
  readonly id: string;
  readonly user: string;
  readonly clientAddress?: string;
  /** The doors that the command line names. */
  readonly doors: Doors;
}

/** What a person needs to open a session. */
export interface Connection {
  /** The qualified public id. */
  readonly id: string;
  /** What the host calls it. */
  readonly session: string;
  readonly server: string;
  readonly user: string;
  /** The only client that is let in, if there is one. */
  readonly clientAddress?: string;
  /** Cause, when the session is not backed by a report within the lease. */
  readonly stale?: StaleCause;
  readonly ttlMs: number;
  /** By the store's clock, and no later than the store's own end. */
  readonly expiresAtMs: number;
  readonly token: string;
  readonly links: Links;
}

export type ConnectOutcome =
  | { readonly kind: 'connected'; readonly connection: Connection }
  /** The session does not resolve, or not any more. */
  | { readonly kind: 'refused'; readonly answer: GatewayAnswer };

/** Issues a token for a session that resolves, and puts it into links. */
export async function makeConnection(cli: Cli, wish: Wish): Promise<ConnectOutcome> {
  const read = readId(wish.id);
  if (read.kind !== 'askable') return { kind: 'refused', answer: await unaskableAnswer(read) };
  return withRoll(cli, async (roll) => {
    const doors = chooseDoors(wish.doors, roll.doors);
    const { store, endpoints } = roll;
    const resolution = await lookUp(store, read.id, { transport: 'HTTP', endpoints });
    if (resolution.kind !== 'found') {
      return { kind: 'refused', answer: await gatewayAnswer(resolution, 'HTTP') };
    }
    const { destination, stale } = resolution;
    const connection = await connect(roll, { ...wish, doors }, destination);
    if (connection === undefined) {
      return { kind: 'refused', answer: await answerOfGone(roll, destination) };
    }
    return { kind: 'connected', connection: stale ? { ...connection, stale } : connection };
  });
}

/** What a resolver says of a session that ended since it was looked up. */
async function answerOfGone(roll: Roll, destination: Destination): Promise<GatewayAnswer> {
  const { store, endpoints } = roll;
  const read = readId(qualifiedId(destination.server, destination.session));
  if (read.kind !== 'askable') return unaskableAnswer(read);
  const resolution = await lookUp(store, read.id, { transport: 'HTTP', endpoints });
  return resolution.kind === 'found'
    ? refusal('SESSION_NOT_FOUND')
    : gatewayAnswer(resolution, 'HTTP');
}

async function connect(
  roll: Roll,
  wish: Wish,
  destination: Destination,
): Promise<Connection | undefined> {
  const { user, clientAddress, doors } = wish;
  const { server, session } = destination;
  const id = qualifiedId(server, session);
  await demandCarried(doors, id);
  const ttlMs = roll.tokenTtlMs;
  const { nowMs } = await roll.store.servers(0, 1);
  const grant = clientAddress === undefined ? { user } : { user, clientAddress };
  const token = await new ConnectionTokens(roll.store).issue({ server, session }, grant, ttlMs);
  if (token === undefined) return undefined;
  const links = await linksTo(doors, id, token);
  return { id, session, server, ...grant, ttlMs, expiresAtMs: nowMs + ttlMs, token, links };
}

import {
  readRoll,
  type PublicId,
  type RollStore,
  type SessionName,
  type TokenStore,
} from '@rollcall/domain';
import { refusal, type GatewayAnswer } from '../resolve/gateway-answer';

/** Whose links end, and to what; at least one of both. */
export interface Revocation {
  readonly id?: PublicId;
  readonly user?: string;
}

export type RevokeOutcome =
  | { readonly kind: 'done'; readonly session?: SessionName; readonly revoked: number }
  /** A bare id that does not name one session. */
  | { readonly kind: 'refused'; readonly answer: GatewayAnswer };

type RevokeStore = TokenStore & Pick<RollStore, 'servers'>;

/** Revocations under way at the same time. */
const CONCURRENCY = 64;

/** Voids the tokens of one session, or one user's of every session on the roll. */
export async function revokeLinks(
  store: RevokeStore,
  { id, user }: Revocation,
): Promise<RevokeOutcome> {
  if (id === undefined) return { kind: 'done', revoked: await revokeEverywhere(store, user) };
  const named = await nameSession(store, id);
  if (named.length > 1) return { kind: 'refused', answer: await refusal('SESSION_AMBIGUOUS') };
  const [session] = named;
  if (!session) return { kind: 'refused', answer: await refusal('SESSION_NOT_FOUND') };
  return { kind: 'done', session, revoked: await store.revokeTokens(session, user) };
}

/** Asks nobody about a qualified id: its links can be ended when its host is long gone. */
async function nameSession(store: TokenStore, id: PublicId): Promise<readonly SessionName[]> {
  if (id.kind === 'qualified') return [{ server: id.server, session: id.local }];
  const claimants = await store.findClaimants(id.local);
  return claimants.map(({ server }) => ({ server, session: id.local }));
}

async function revokeEverywhere(store: RevokeStore, user?: string): Promise<number> {
  const { servers } = await readRoll(store);
  const sessions = servers.flatMap(({ server, sessions: ids }) =>
    ids.map((session) => ({ server, session })),
  );
  let revoked = 0;
  for (let start = 0; start < sessions.length; start += CONCURRENCY) {
    const together = sessions.slice(start, start + CONCURRENCY);
    const counts = await Promise.all(together.map((name) => store.revokeTokens(name, user)));
    revoked += counts.reduce((sum, count) => sum + count, 0);
  }
  return revoked;
}

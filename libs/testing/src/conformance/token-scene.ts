import { createHash } from 'node:crypto';
import type { GrantOutcome, SessionName, TokenDigest } from '@rollcall/domain';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';

/** Longer than any scene. */
export const LONG_MS = 3_600_000;

/** What stands for a token in a store. */
export function digest(token: string): TokenDigest {
  return createHash('sha256').update(token).digest('base64url') as TokenDigest;
}

/** A new host with one session. */
export async function hostWith(
  scene: Scene,
  name: string,
  local: string,
): Promise<[SimulatedHost, string]> {
  const [host, session] = [scene.host(name), scene.id(local)];
  await host.lists(session);
  return [host, session];
}

/** Grants a token to somebody; it has to be granted. */
export async function grant(
  scene: Scene,
  session: SessionName,
  token: string,
  ttlMs = LONG_MS,
): Promise<void> {
  const outcome = await askFor(scene, session, token, ttlMs);
  if (outcome !== 'granted') throw new Error(`a token of ${session.server}: ${outcome}`);
}

/** Asks for a token for somebody. */
export function askFor(
  scene: Scene,
  session: SessionName,
  token: string,
  ttlMs = LONG_MS,
): Promise<GrantOutcome> {
  return scene.store.grantToken(session, digest(token), { user: 'somebody' }, ttlMs);
}

/** Those of the tokens that are good for the session. */
export async function goodOf(
  scene: Scene,
  session: SessionName,
  tokens: readonly string[],
): Promise<string[]> {
  const grants = await Promise.all(
    tokens.map((token) => scene.store.findGrant(session, digest(token))),
  );
  return tokens.filter((_, index) => grants[index] !== undefined);
}

/** Whether a token is good for the session. */
export async function isGood(scene: Scene, session: SessionName, token: string): Promise<boolean> {
  return (await goodOf(scene, session, [token])).length === 1;
}

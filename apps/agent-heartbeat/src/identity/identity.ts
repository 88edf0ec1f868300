import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BOOT_MAX, isServerId, type ServerId } from '@rollcall/domain';
import { StateError } from './state-error';
import { readStateFile, replaceStateFile } from './state-file';

/** Who this agent is, and which of its lives this one is. */
export interface Identity {
  readonly server: ServerId;
  readonly boot: number;
  /** Where the server id comes from; `shown`: from what the agent shows at the report door; `cloned`: a new one, as the state directory is a copy of another machine's. */
  readonly origin: 'configured' | 'shown' | 'kept' | 'made' | 'cloned';
}

export interface IdentitySources {
  readonly stateDir: string;
  /** `AGENT_SERVER_ID`, if set. */
  readonly configured?: ServerId;
  /** Whom the agent's identity at the report door is of, if it reports through one. */
  readonly shown?: ServerId;
  /** Undefined when the machine has no id of its own: the state directory is trusted then. */
  readonly machine?: string;
  readonly nowMs: number;
}

interface SavedIdentity {
  readonly boot: number;
  readonly server?: ServerId;
  readonly machine?: string;
}

export const IDENTITY_FILE = 'identity.json';

/**
 * The boot number after the last one: one more, and at least the seconds since 1970. A host whose state directory was
 * lost or restored from a backup is then still later than its earlier lives, and of two hosts with one server id the
 * one started last wins.
 */
export function nextBoot(last: number | undefined, nowMs: number): number {
  return Math.max((last ?? 0) + 1, Math.floor(nowMs / 1000));
}

/**
 * Raises the boot number and saves it, before anything is reported under it.
 * @throws StateError when the file is damaged or cannot be written: a guess could be taken for another life.
 */
export function nextLife(sources: IdentitySources): Identity {
  const { stateDir, configured, shown, machine, nowMs } = sources;
  if (configured !== undefined && shown !== undefined && configured !== shown) {
    throw new StateError(
      `AGENT_SERVER_ID is ${configured}, but the identity for the report door is of ${shown}: set one right, or leave AGENT_SERVER_ID unset.`,
    );
  }
  const saved = readSaved(stateDir);
  const cloned = saved?.machine !== undefined && machine !== undefined && saved.machine !== machine;
  const own = cloned ? undefined : saved?.server;
  const made = (configured ?? shown ?? own) === undefined ? newServerId() : own;
  const boot = nextBoot(saved?.boot, nowMs);
  if (boot > BOOT_MAX) throw damaged(stateDir, 'its boot number is beyond every clock');

  const next: SavedIdentity = { boot, server: made, machine: machine ?? saved?.machine };
  replaceStateFile(stateDir, IDENTITY_FILE, `${JSON.stringify(next)}\n`);
  if (configured !== undefined) return { server: configured, boot, origin: 'configured' };
  if (shown !== undefined) return { server: shown, boot, origin: 'shown' };
  return { server: made as ServerId, boot, origin: cloned ? 'cloned' : own ? 'kept' : 'made' };
}

function readSaved(stateDir: string): SavedIdentity | undefined {
  const text = readStateFile(join(stateDir, IDENTITY_FILE));
  if (text === undefined) return undefined;
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch {
    throw damaged(stateDir, 'it holds no JSON');
  }
  if (!isSavedIdentity(saved)) throw damaged(stateDir, 'it does not hold what an agent writes');
  return saved;
}

function isSavedIdentity(value: unknown): value is SavedIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { boot, server, machine } = value as Record<string, unknown>;
  return (
    Number.isInteger(boot) &&
    (boot as number) >= 1 &&
    (server === undefined || (typeof server === 'string' && isServerId(server))) &&
    (machine === undefined || typeof machine === 'string')
  );
}

function damaged(stateDir: string, how: string): StateError {
  return new StateError(
    `${join(stateDir, IDENTITY_FILE)} is damaged (${how}). Restore it, or delete it: the agent then makes a new server id, unless AGENT_SERVER_ID is set.`,
  );
}

function newServerId(): ServerId {
  return `srv-${randomBytes(8).toString('hex')}` as ServerId;
}

import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { isLocalId, SESSIONS_PER_SERVER_MAX, type LocalId, type ServerId } from '@rollcall/domain';
import { StateError } from '../identity/state-error';
import { codeOf, readStateFile, replaceStateFile } from '../identity/state-file';
import type { Opening, Openings } from '../roster/openings';

/** Whom the agent tells, and as whom. */
export interface ToldAs {
  readonly server: ServerId;
  readonly roll: string;
}

/** What was told before this start; readings are counted from 1. */
const BEFORE_THE_FIRST_READING = 0;

export const TOLD_SESSIONS_FILE = 'told-sessions.json';

/**
 * Keeps what the store was told of the sessions in the state directory, so that the next start can tell which of them
 * were reopened while no agent was running. It is a help, not a need: without it, all sessions count as reopened.
 */
export class ToldSessionsFile {
  /** What an earlier life has told; empty if that is not known. */
  readonly before: Openings;
  private readonly logger = new Logger('ToldSessions');
  private readonly path: string;
  private text?: string;
  private failing = false;

  constructor(
    private readonly stateDir: string,
    private readonly as: ToldAs,
  ) {
    this.path = join(stateDir, TOLD_SESSIONS_FILE);
    this.before = this.read();
  }

  /** Replaces the file if it says something else; goes on when that fails, and tries again the next time. */
  keep(told: Openings): void {
    const text = format(told, this.as);
    if (text === this.text) return;
    try {
      replaceStateFile(this.stateDir, TOLD_SESSIONS_FILE, text);
      this.text = text;
      this.failing = false;
    } catch (error) {
      if (!this.failing) {
        this.logger.warn(
          `what was told of the sessions cannot be kept: the next start may take sessions for reopened, and void their links: ${this.path}`,
          { reason: reasonOf(error) },
        );
      }
      this.failing = true;
    }
  }

  private read(): Openings {
    try {
      const text = readStateFile(this.path);
      if (text === undefined) return new Map();
      const openings = parse(text, this.as);
      if (openings === undefined)
        throw new StateError('it is not what an agent of this name writes');
      this.text = text;
      return openings;
    } catch (error) {
      this.logger.warn(
        `what was told of the sessions before is not known, so all count as reopened and their links are void: ${this.path} is of no use`,
        { reason: reasonOf(error) },
      );
      return new Map();
    }
  }
}

function format(told: Openings, { server, roll }: ToldAs): string {
  const sessions = [...told].map(([id, { createdAtMs }]) => [id, createdAtMs ?? null]);
  return `${JSON.stringify({ server, roll, sessions })}\n`;
}

function parse(text: string, as: ToldAs): Openings | undefined {
  const { server, roll, sessions } = Object(JSON.parse(text)) as Record<string, unknown>;
  if (server !== as.server || roll !== as.roll || !Array.isArray(sessions)) return undefined;
  if (sessions.length > SESSIONS_PER_SERVER_MAX || !sessions.every(isSaved)) return undefined;
  return new Map(sessions.map(([id, createdAtMs]) => [id, opening(createdAtMs)]));
}

function isSaved(value: unknown): value is [LocalId, number | null] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [id, createdAtMs] = value as unknown[];
  const isTime = createdAtMs === null || Number.isSafeInteger(createdAtMs);
  return typeof id === 'string' && isLocalId(id) && isTime;
}

function opening(createdAtMs: number | null): Opening {
  return { number: BEFORE_THE_FIRST_READING, createdAtMs: createdAtMs ?? undefined };
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it holds no JSON';
  if (!(error instanceof StateError)) return String(error);
  return error.cause === undefined ? error.message : codeOf(error.cause);
}

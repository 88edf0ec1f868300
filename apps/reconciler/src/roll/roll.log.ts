import type {
  ServerConflict,
  ServerJoined,
  ServerLost,
  SessionAmbiguous,
  SessionMoved,
} from '@rollcall/contracts';
import {
  maskSessionId,
  type BoundedLog,
  type BoundedLogs,
  type LogRule,
} from '@rollcall/observability';

type RollEvent = 'joined' | 'gone' | 'conflict' | 'moved' | 'ambiguous';

/** A whole fleet joins at once when Redis came back empty, and one host can claim the ids of many. */
const NAMED_MAX = 100;
const USUAL: LogRule = { level: 'info', linesMax: NAMED_MAX };
const ODD: LogRule = { level: 'warn', linesMax: NAMED_MAX };

const RULES: Readonly<Record<RollEvent, LogRule>> = {
  joined: USUAL,
  gone: USUAL,
  conflict: ODD,
  moved: USUAL,
  ambiguous: ODD,
};

/** One line per event of the roll that an operator may want to look into, bounded per kind and period; sessions masked. */
export class RollLog {
  private readonly lines: BoundedLog<RollEvent>;

  constructor(logs: BoundedLogs) {
    this.lines = logs.of('roll event', RULES);
  }

  joined({ server, reason }: ServerJoined): void {
    this.write('joined', { server, reason }, 'a server has joined');
  }

  gone({ server, reason, sessions }: ServerLost): void {
    this.write('gone', { server, reason, sessions }, 'a server is gone');
  }

  conflict({ server, boot, by }: ServerConflict): void {
    const sentence = 'two agents report as one server: one of them has stopped';
    this.write('conflict', { server, boot, by }, sentence);
  }

  moved({ server, session, from }: SessionMoved): void {
    this.write('moved', { server, session: maskSessionId(session), from }, 'a session has moved');
  }

  ambiguous({ server, session, with: other }: SessionAmbiguous): void {
    const details = { server, session: maskSessionId(session), with: other };
    this.write('ambiguous', details, 'a session id is claimed by several servers');
  }

  private write(event: RollEvent, details: object, sentence: string): void {
    if (this.lines.admits(event)) this.lines.write(event, details, sentence);
  }
}

import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { errorAnswer, writeAnswer } from '@rollcall/http';
import { MONOTONIC_CLOCK } from '../resolver.tokens';
import { lookupAnswer } from './lookup-answer';
import { LookupJournal } from './lookup.journal';
import { readLookupQuery } from './lookup-query.reader';
import { ResolveSessionService } from './resolve-session.service';

/** Answers a lookup, whichever way it has come in: reads its query, and answers as the gateway's contract says. */
@Injectable()
export class LookupHandler {
  constructor(
    private readonly sessions: ResolveSessionService,
    private readonly journal: LookupJournal,
    @Inject(MONOTONIC_CLOCK) private readonly now: () => number,
  ) {}

  /** Rejects with a fault of ours only. */
  async answer(target: string, response: ServerResponse): Promise<void> {
    const startedAtMs = this.now();
    const read = readLookupQuery(target);
    if (!read.ok) {
      writeAnswer(response, errorAnswer(read.problem));
      this.journal.refused(read.problem, 'gateway', this.now() - startedAtMs);
      return;
    }
    const decision = await this.sessions.resolve(read.query);
    writeAnswer(response, lookupAnswer(decision, read.query.transport));
    this.journal.decided(decision, read.query, 'gateway', this.now() - startedAtMs);
  }
}

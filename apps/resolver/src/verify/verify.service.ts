import { Injectable } from '@nestjs/common';
import type { ConnectionTokens, TokenQuestion } from '@rollcall/tokens';
import type { BoundedGate } from '@rollcall/http';
import type { VerifyDecision } from './verify-decision';

/** Answers whether a token opens a session: the store knows what was granted, the tokens judge. */
@Injectable()
export class VerifyService {
  constructor(
    private readonly tokens: Pick<ConnectionTokens, 'verify'>,
    private readonly gate: BoundedGate,
  ) {}

  verify(question: TokenQuestion): Promise<VerifyDecision> {
    return this.gate.pass(() => this.tokens.verify(question), question.sourceAddress);
  }
}

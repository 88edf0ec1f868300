import {
  errorBody,
  ERRORS,
  type DoorErrorBody,
  type ErrorCode,
  type ReportAnswer,
} from '@rollcall/contracts';
import type { ReportOutcome } from '@rollcall/domain';
import { errorAnswer, jsonAnswer, type HttpAnswer } from '@rollcall/http';

/** What a request comes to. */
export type DoorDecision =
  | { readonly kind: 'outcome'; readonly outcome: ReportOutcome }
  /** The store answers. */
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      /** What is wrong with the report, or why the store gave no answer. */
      readonly details?: Pick<DoorErrorBody, 'reason' | 'failure'>;
    }
  /** The client has gone. */
  | { readonly kind: 'gone' };

export function refused(
  code: ErrorCode,
  details?: Pick<DoorErrorBody, 'reason' | 'failure'>,
): DoorDecision & { kind: 'refused' } {
  return { kind: 'refused', code, details };
}

/** The word for a decision in metrics. */
export function outcomeWord(decision: DoorDecision): string {
  switch (decision.kind) {
    case 'outcome':
      return decision.outcome.kind;
    case 'refused':
      return decision.code.toLowerCase().replaceAll('_', '-');
    default:
      return decision.kind;
  }
}

export function doorAnswer(decision: Exclude<DoorDecision, { kind: 'gone' }>): HttpAnswer {
  switch (decision.kind) {
    case 'outcome':
      return jsonAnswer(200, reportAnswer(decision.outcome));
    case 'pong':
      return jsonAnswer(200, {});
    case 'refused': {
      const { code, details } = decision;
      const answer = errorAnswer(code);
      if (!details) return answer;
      const { headers } = answer;
      const detailed = jsonAnswer(ERRORS[code].status, { ...errorBody(code), ...details });
      return { ...detailed, headers: { ...headers, ...detailed.headers } };
    }
  }
}

function reportAnswer({ kind, ...details }: ReportOutcome): ReportAnswer {
  return { outcome: kind, ...details } as ReportAnswer;
}

import type { TokenVerdict } from '@rollcall/tokens';
import type { Stopping, Unavailable } from '@rollcall/http';

/** A fault of ours kept the token from being judged. */
export interface Fault {
  readonly kind: 'fault';
}

/** Everything that a verification can end in. */
export type VerifyDecision = TokenVerdict | Unavailable | Stopping | Fault;

/** The form cannot be read, whoever sent it. */
export const MALFORMED: VerifyDecision = { kind: 'no', reason: 'malformed' };

/** The path does not name a server. */
export const UNKNOWN_HOST: VerifyDecision = { kind: 'no', reason: 'unknown-host' };

export const FAULT: VerifyDecision = { kind: 'fault' };

/** The outcomes that are counted: the label of `rollcall_verifications_total`. */
export const VERIFY_OUTCOMES = [
  'yes',
  'no_malformed',
  'no_unknown_host',
  'no_wrong_token',
  'no_wrong_client',
  'no_too_many_guesses',
  'unavailable',
  'fault',
] as const;

export type VerifyOutcome = (typeof VERIFY_OUTCOMES)[number];

const REFUSALS = {
  malformed: 'no_malformed',
  'unknown-host': 'no_unknown_host',
  'wrong-token': 'no_wrong_token',
  'wrong-client': 'no_wrong_client',
  'too-many-guesses': 'no_too_many_guesses',
} as const satisfies Record<string, VerifyOutcome>;

export function verifyOutcomeOf(decision: VerifyDecision): VerifyOutcome {
  switch (decision.kind) {
    case 'no':
      return REFUSALS[decision.reason];
    case 'stopping':
      return 'unavailable';
    case 'yes':
    case 'unavailable':
    case 'fault':
      return decision.kind;
  }
}

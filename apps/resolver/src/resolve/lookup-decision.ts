import type { Resolution } from '@rollcall/domain';
import type { Stopping, Unavailable } from '@rollcall/http';

/** Everything that a lookup with a valid query can end in. */
export type LookupDecision = Resolution | Unavailable | Stopping;

/** The outcomes that are counted: the label of `rollcall_lookups_total`. */
export const LOOKUP_OUTCOMES = [
  'live',
  'stale_held',
  'stale_protected',
  'stale_unsettled',
  'not_found_unknown',
  'not_found_lapsed',
  'not_found_ambiguous',
  'not_found_transport',
  'not_found_endpoint_refused',
  'invalid',
  'warming',
  'unavailable',
] as const;

export type LookupOutcome = (typeof LOOKUP_OUTCOMES)[number];

export function outcomeOf(decision: LookupDecision): LookupOutcome {
  switch (decision.kind) {
    case 'found':
      return decision.stale ? `stale_${decision.stale}` : 'live';
    case 'not-found':
      return decision.reason === 'endpoint-refused'
        ? 'not_found_endpoint_refused'
        : `not_found_${decision.reason}`;
    case 'stopping':
      return 'unavailable';
    case 'warming':
    case 'unavailable':
      return decision.kind;
  }
}

import { portFor, type Endpoint, type Transport } from './endpoint';
import type { LocalId, ServerId } from './ids';

/** One session of one server, and where it is reached. */
export interface Destination {
  readonly server: ServerId;
  readonly session: LocalId;
  readonly endpoint: Endpoint;
}

/** Why an answer is there: reported within the lease, kept on a probe's word, or by protection. */
export type Mark = 'live' | 'held' | 'protected';

/** What the store remembers of an id whose answer is not there. */
export type LastKnown =
  | { readonly kind: 'destination'; readonly destination: Destination }
  /** Several servers claimed the bare id when last heard of. */
  | { readonly kind: 'ambiguous' }
  /** Its server was evicted or has withdrawn. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'nothing' };

/** What the store has on a public id: the answer itself, or, without one, what else it knows. */
export type Evidence =
  | { readonly kind: 'answer'; readonly mark: Mark; readonly destination: Destination }
  /** Claimed on a roll that had not settled: believed once every live agent was heard, for nobody has contested it. */
  | { readonly kind: 'provisional'; readonly heard: boolean; readonly destination: Destination }
  /** Several believed servers claim this bare id. */
  | { readonly kind: 'ambiguous' }
  /** The server's answer is there, and does not list this session. */
  | { readonly kind: 'not-listed' }
  | { readonly kind: 'absent'; readonly settled: boolean; readonly lastKnown: LastKnown };

/** Why a 200 is not backed by a report within the lease. */
export type StaleCause = 'held' | 'protected' | 'unsettled';

/** Why there is no destination. */
export type NotFoundReason = 'unknown' | 'lapsed' | 'ambiguous' | 'transport' | 'endpoint-refused';

/** The outcome of a lookup. */
export type Resolution =
  | {
      readonly kind: 'found';
      readonly destination: Destination;
      readonly port: number;
      /** Set when the answer is stale: its cause. */
      readonly stale?: StaleCause;
    }
  | { readonly kind: 'not-found'; readonly reason: NotFoundReason }
  /** The roll is not settled and nothing is known: ask again. */
  | { readonly kind: 'warming' };

/** What a resolver asks with, besides the id. */
export interface ResolutionRequest {
  readonly transport: Transport;
  /** Whether the asker's own renewals of the settled fact get through: if not, its view of the store may be a wrong one. */
  readonly renewing: boolean;
  /** Whether an endpoint may be answered (`ENDPOINT_ALLOW`, `ENDPOINT_PORTS`). */
  readonly permits: (endpoint: Endpoint) => boolean;
}

/** Decides what a gateway is told; right even if no reconciler runs, as the evidence lapses by itself. */
export function resolve(evidence: Evidence, request: ResolutionRequest): Resolution {
  switch (evidence.kind) {
    case 'answer':
      return destined(
        evidence.destination,
        request,
        evidence.mark === 'live' ? undefined : evidence.mark,
      );
    case 'provisional':
      return evidence.heard && request.renewing
        ? destined(evidence.destination, request)
        : { kind: 'warming' };
    case 'ambiguous':
      return notFound('ambiguous');
    case 'not-listed':
      return notFound('unknown');
    case 'absent':
      return evidence.settled && request.renewing
        ? notFound(evidence.lastKnown.kind === 'nothing' ? 'unknown' : 'lapsed')
        : remembered(evidence.lastKnown, request);
  }
}

function remembered(lastKnown: LastKnown, request: ResolutionRequest): Resolution {
  switch (lastKnown.kind) {
    case 'destination':
      return destined(lastKnown.destination, request, 'unsettled');
    case 'ambiguous':
      return notFound('ambiguous');
    case 'gone':
    case 'nothing':
      return { kind: 'warming' };
  }
}

function destined(
  destination: Destination,
  request: ResolutionRequest,
  stale?: StaleCause,
): Resolution {
  if (!request.permits(destination.endpoint)) return notFound('endpoint-refused');
  const port = portFor(destination.endpoint, request.transport);
  if (port === undefined) return notFound('transport');
  return stale ? { kind: 'found', destination, port, stale } : { kind: 'found', destination, port };
}

function notFound(reason: NotFoundReason): Resolution {
  return { kind: 'not-found', reason };
}

import 'reflect-metadata';
import { plainToInstance, Type, type ClassConstructor } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsString, Min, validateSync } from 'class-validator';

/** What every event says. Fields of a stream entry are flat text; these classes are their typed form. */
abstract class DomainEvent {
  /** Moment of the state change, in milliseconds since 1970 by the store's clock. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly at!: number;
}

/** An event about one server. */
abstract class ServerEvent extends DomainEvent {
  @IsString()
  @IsNotEmpty()
  readonly server!: string;
}

/** An event about one session of one server. */
abstract class SessionEvent extends ServerEvent {
  /** Local id of the session. */
  @IsString()
  @IsNotEmpty()
  readonly session!: string;
}

/** A server reported that was not on the roll. */
export class ServerJoined extends ServerEvent {
  /** `new`: nothing was known of it; `returned`: it had been struck off within the retention. */
  @IsIn(['new', 'returned'])
  readonly reason!: 'new' | 'returned';
}

/** Why a server is struck off: the words of the domain's `EvictionReason`. */
const EVICTION_REASONS = ['lapsed', 'operator', 'dead', 'hold-expired', 'replaced'] as const;

type EvictionWord = (typeof EVICTION_REASONS)[number];

/** A server was struck off. */
export class ServerLost extends ServerEvent {
  /**
   * `withdrawn`: at its own wish; `lapsed`: its lease ran out; `operator`: `rollcall evict`. The end of a hold: `dead`
   * (its port no longer answers), `hold-expired` (silent for the longest time a server is held), `replaced` (its address
   * is a live server's now).
   */
  @IsIn([...EVICTION_REASONS, 'withdrawn'])
  readonly reason!: EvictionWord | 'withdrawn';

  /** How many sessions went with it. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly sessions!: number;
}

/** A server that has fallen silent is believed on, on a reconciler's word; said once per silence. */
export class ServerHeld extends ServerEvent {
  /** `probe`: its DCV port answers; `protection`: so many are silent at once that silence is no evidence. */
  @IsIn(['probe', 'protection'])
  readonly reason!: 'probe' | 'protection';
}

/** Two agents report as one server: the one that notices has given way to the other, and ends. */
export class ServerConflict extends ServerEvent {
  /** Boot number of the agent that ends. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly boot!: number;

  /** Boot number of the one that is on the roll: the same when a running machine was copied. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly by!: number;
}

/** A server that was held has reported again. */
export class ServerRecovered extends ServerEvent {}

/** A server reported a session for the first time. */
export class SessionOpened extends SessionEvent {}

/** A server that is still on the roll no longer has a session. */
export class SessionClosed extends SessionEvent {
  /** `closed`: no longer listed; `unhealthy`: its DCV server has failed for longer than the grace; `withdrawn`: with its server. */
  @IsIn(['closed', 'unhealthy', 'withdrawn'])
  readonly reason!: 'closed' | 'unhealthy' | 'withdrawn';
}

/** A session went with its evicted server. */
export class SessionEvicted extends SessionEvent {
  @IsIn(EVICTION_REASONS)
  readonly reason!: EvictionWord;
}

/** A bare id is now answered by another server than before. */
export class SessionMoved extends SessionEvent {
  /** The server that answered for it before; `server` is the one that does now. */
  @IsString()
  @IsNotEmpty()
  readonly from!: string;
}

/** A second server claims a bare id: it is answered by nobody until one claim is left. */
export class SessionAmbiguous extends SessionEvent {
  /** The server that answered for it until now. */
  @IsString()
  @IsNotEmpty()
  readonly with!: string;
}

/** An event about one zone. */
abstract class ZoneEvent extends DomainEvent {
  /** Empty for all servers without one. */
  @IsString()
  readonly zone!: string;
}

/** So many servers of a zone are late at once that it is protected: its late servers are believed until confirmed dead. */
export class ProtectionStarted extends ZoneEvent {
  /** How many were late, of how many servers. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly late!: number;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly servers!: number;
}

/** A zone is no longer protected: its silent servers are judged by the ordinary rules. */
export class ProtectionEnded extends ZoneEvent {
  /** `recovered`: few enough are late; `operator`: `rollcall protect off`; `time`: it has lasted as long as it may. */
  @IsIn(['recovered', 'operator', 'time'])
  readonly reason!: 'recovered' | 'operator' | 'time';
}

/** Every event type with the class of its payload. */
export const DOMAIN_EVENTS = {
  'server.joined': ServerJoined,
  'server.held': ServerHeld,
  'server.recovered': ServerRecovered,
  'server.lost': ServerLost,
  'server.conflict': ServerConflict,
  'session.opened': SessionOpened,
  'session.closed': SessionClosed,
  'session.moved': SessionMoved,
  'session.evicted': SessionEvicted,
  'session.ambiguous': SessionAmbiguous,
  'protection.started': ProtectionStarted,
  'protection.ended': ProtectionEnded,
} as const;

/** The name of an event, and the pattern handlers subscribe to. */
export type DomainEventType = keyof typeof DOMAIN_EVENTS;

/** The payload of an event type. */
export type DomainEventPayload<T extends DomainEventType> = InstanceType<(typeof DOMAIN_EVENTS)[T]>;

/** Whether this version knows an event type; unknown ones come from newer services and are passed over. */
export function isDomainEventType(type: string): type is DomainEventType {
  return Object.hasOwn(DOMAIN_EVENTS, type);
}

/**
 * Turns the flat fields of a stream entry into the typed payload.
 * @returns undefined when they do not fit the type.
 */
export function parseDomainEvent<T extends DomainEventType>(
  type: T,
  fields: Readonly<Record<string, string>>,
): DomainEventPayload<T> | undefined {
  const payload = plainToInstance(
    DOMAIN_EVENTS[type] as ClassConstructor<DomainEventPayload<T>>,
    fields,
  );
  return validateSync(payload).length === 0 ? payload : undefined;
}

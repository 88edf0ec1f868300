import type { DomainEventPayload, DomainEventType } from '@rollcall/contracts';
import type { EventVerdict } from '@rollcall/events';
import type { Metrics } from '@rollcall/observability';

/** The books of the roll: what has happened on it, as its events tell. Each event is counted by one of the reconcilers. */
export class RollMetrics {
  private readonly evictions;
  private readonly evictedSessions;
  private readonly serverEvents;
  private readonly sessionEvents;
  private readonly protectionEvents;
  private readonly deliveries;
  private readonly missedEvents;

  constructor(metrics: Metrics) {
    this.evictions = metrics.counter({
      name: 'evictions_total',
      help: 'Servers struck off, by why',
      labelNames: ['reason'],
    });
    this.evictedSessions = metrics.counter({
      name: 'evicted_sessions_total',
      help: 'Sessions that went with struck off servers, by why these were',
      labelNames: ['reason'],
    });
    this.serverEvents = metrics.counter({
      name: 'server_events_total',
      help: 'Events of servers: joined, held, recovered, lost and in conflict, and why',
      labelNames: ['event', 'reason'],
    });
    this.sessionEvents = metrics.counter({
      name: 'session_events_total',
      help: 'Events of sessions: opened, closed, moved, evicted, ambiguous',
      labelNames: ['event'],
    });
    this.protectionEvents = metrics.counter({
      name: 'protection_events_total',
      help: 'Protections of zones: started and ended, and why',
      labelNames: ['event', 'reason'],
    });
    this.deliveries = metrics.counter({
      name: 'event_deliveries_total',
      help: 'Deliveries of events to this process, by what became of them',
      labelNames: ['type', 'verdict'],
    });
    this.missedEvents = metrics.counter({
      name: 'events_missed_total',
      help: 'Events that were trimmed away before a reconciler had handled them',
    });
  }

  joined({ reason }: DomainEventPayload<'server.joined'>): void {
    this.serverEvents.inc({ event: 'joined', reason });
  }

  lost({ reason }: DomainEventPayload<'server.lost'>): void {
    this.serverEvents.inc({ event: 'lost', reason });
    if (reason !== 'withdrawn') this.evictions.inc({ reason });
  }

  held({ reason }: DomainEventPayload<'server.held'>): void {
    this.serverEvents.inc({ event: 'held', reason });
  }

  conflict(): void {
    this.serverEvents.inc({ event: 'conflict', reason: 'same-id' });
  }

  recovered(): void {
    this.serverEvents.inc({ event: 'recovered', reason: 'reported' });
  }

  protectionStarted(): void {
    this.protectionEvents.inc({ event: 'started', reason: 'many-late' });
  }

  protectionEnded({ reason }: DomainEventPayload<'protection.ended'>): void {
    this.protectionEvents.inc({ event: 'ended', reason });
  }

  session(type: Extract<DomainEventType, `session.${string}`>): void {
    this.sessionEvents.inc({ event: type.slice('session.'.length) });
  }

  sessionEvicted({ reason }: DomainEventPayload<'session.evicted'>): void {
    this.evictedSessions.inc({ reason });
  }

  delivered(type: string, verdict: EventVerdict): void {
    this.deliveries.inc({ type, verdict });
  }

  missed(count: number): void {
    this.missedEvents.inc(count);
  }
}

import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  ProtectionEnded,
  ServerConflict,
  ServerHeld,
  ServerJoined,
  ServerLost,
  SessionAmbiguous,
  SessionEvicted,
  SessionMoved,
} from '@rollcall/contracts';
import { RollLog } from './roll.log';
import { RollMetrics } from './roll.metrics';

/** Keeps the books: counts what happens on the roll, and says what an operator may want to look into. */
@Controller()
export class RollEventsController {
  constructor(
    @Inject(RollMetrics) private readonly metrics: RollMetrics,
    @Inject(RollLog) private readonly log: RollLog,
  ) {}

  @EventPattern('server.joined')
  joined(@Payload() event: ServerJoined): void {
    this.metrics.joined(event);
    this.log.joined(event);
  }

  @EventPattern('server.lost')
  lost(@Payload() event: ServerLost): void {
    this.metrics.lost(event);
    // Whoever strikes off a lapsed server says so itself.
    if (event.reason !== 'lapsed') this.log.gone(event);
  }

  @EventPattern('server.conflict')
  conflict(@Payload() event: ServerConflict): void {
    this.metrics.conflict();
    this.log.conflict(event);
  }

  // Whoever judges says who is held and which zone is protected, with a bound; here they are counted.
  @EventPattern('server.held')
  held(@Payload() event: ServerHeld): void {
    this.metrics.held(event);
  }

  @EventPattern('server.recovered')
  recovered(): void {
    this.metrics.recovered();
  }

  @EventPattern('session.opened')
  opened(): void {
    this.metrics.session('session.opened');
  }

  @EventPattern('session.closed')
  closed(): void {
    this.metrics.session('session.closed');
  }

  @EventPattern('session.evicted')
  evicted(@Payload() event: SessionEvicted): void {
    this.metrics.session('session.evicted');
    this.metrics.sessionEvicted(event);
  }

  @EventPattern('session.moved')
  moved(@Payload() event: SessionMoved): void {
    this.metrics.session('session.moved');
    this.log.moved(event);
  }

  @EventPattern('session.ambiguous')
  ambiguous(@Payload() event: SessionAmbiguous): void {
    this.metrics.session('session.ambiguous');
    this.log.ambiguous(event);
  }

  @EventPattern('protection.started')
  protectionStarted(): void {
    this.metrics.protectionStarted();
  }

  @EventPattern('protection.ended')
  protectionEnded(@Payload() event: ProtectionEnded): void {
    this.metrics.protectionEnded(event);
  }
}

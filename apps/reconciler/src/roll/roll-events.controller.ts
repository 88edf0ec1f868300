import { Controller, Inject, Logger } from '@nestjs/common';
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
import { maskSessionId } from '@rollcall/observability';
import { RollMetrics } from './roll.metrics';

/** Keeps the books: counts what happens on the roll, and says what an operator may want to look into. */
@Controller()
export class RollEventsController {
  private readonly logger = new Logger('Roll');

  constructor(@Inject(RollMetrics) private readonly metrics: RollMetrics) {}

  @EventPattern('server.joined')
  joined(@Payload() event: ServerJoined): void {
    this.metrics.joined(event);
    const { server, reason } = event;
    this.logger.log({ server, reason }, 'a server has joined');
  }

  @EventPattern('server.lost')
  lost(@Payload() event: ServerLost): void {
    this.metrics.lost(event);
    const { server, reason, sessions } = event;
    // Whoever strikes off a lapsed server says so itself.
    if (reason !== 'lapsed') this.logger.log({ server, reason, sessions }, 'a server is gone');
  }

  @EventPattern('server.conflict')
  conflict(@Payload() { server, boot, by }: ServerConflict): void {
    this.metrics.conflict();
    this.logger.warn(
      { server, boot, by },
      'two agents report as one server: one of them has stopped',
    );
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
  moved(@Payload() { server, session, from }: SessionMoved): void {
    this.metrics.session('session.moved');
    this.logger.log({ server, session: maskSessionId(session), from }, 'a session has moved');
  }

  @EventPattern('session.ambiguous')
  ambiguous(@Payload() event: SessionAmbiguous): void {
    this.metrics.session('session.ambiguous');
    const { server, session, with: other } = event;
    const about = { server, session: maskSessionId(session), with: other };
    this.logger.warn(about, 'a session id is claimed by several servers');
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

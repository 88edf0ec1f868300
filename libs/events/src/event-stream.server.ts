import { Logger } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isDomainEventType, parseDomainEvent } from '@rollcall/contracts';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isObservable, lastValueFrom } from 'rxjs';
import { BackOff } from './back-off';
import { ConsumerGroup, type ConsumerName, type Delivery } from './consumer-group';
import type { EventVerdict } from './event-verdict';
import { EventContext } from './event.context';
import { RenewableConnection, type StreamConnection } from './renewable-connection';
import type { StreamEntry } from './stream-entry';

/** What a subscriber is made of. */
export interface EventStreamOptions extends ConsumerName {
  /**
   * Opens a connection that waits for ever (`maxRetriesPerRequest: null`) and has an error listener: one for the blocking
   * reader, one for everything else, and a new one for either that no longer answers.
   */
  readonly connect: () => StreamConnection;
  /** An event that was not acknowledged is delivered again after so long, to any consumer of the group; 30 s. */
  readonly redeliverAfterMs?: number;
  /** After so many failed deliveries an event is passed over; 5. */
  readonly deliveriesMax?: number;
  /** A consumer that was not heard of for so long, and left nothing behind, is removed from the group; an hour. */
  readonly consumerKeptMs?: number;
}

/** What a subscriber tells its process: `server.on('missed', …)`. */
export type EventStreamEvents = {
  /** After every delivery; the type is `other` for one that is not known here. */
  delivered: (type: string, verdict: EventVerdict) => void;
  /** Events were trimmed away before this group had handled them. */
  missed: (count: number) => void;
};

/** An event that was delivered, and what became of it. */
interface Judged {
  readonly entry: StreamEntry;
  readonly verdict: EventVerdict;
}

/** Whether the stream can be read. */
export type EventStreamStatus = 'connected' | 'disconnected';

const BATCH_SIZE_MAX = 32;
const BLOCK_MAX_MS = 5_000;
const CLOSE_TIMEOUT_MS = 3_000;
const DEFAULTS = { redeliverAfterMs: 30_000, deliveriesMax: 5, consumerKeptMs: 3_600_000 };

/**
 * Delivers domain events to `@EventPattern` handlers: at least once to each consumer group, in the stream's order except
 * for events that are delivered again. One loop, whose rounds are
 * - attend: the group is created where it is missing (also after Redis came back empty), and what was trimmed away unseen
 *   is told;
 * - claim, from time to time: what any consumer was given long ago and has not acknowledged is delivered again;
 * - read: new entries are waited for, on a connection of their own, delivered one after the other, and those whose handlers
 *   have succeeded are acknowledged together.
 * A round that fails is followed by the next after a pause, however long Redis is away.
 */
export class EventStreamServer
  extends Server<EventStreamEvents, EventStreamStatus>
  implements CustomTransportStrategy
{
  override readonly transportId = Symbol('event-stream');
  protected override readonly logger = new Logger(EventStreamServer.name);
  private readonly options: EventStreamOptions & typeof DEFAULTS;
  private readonly listeners = new EventEmitter();
  private readonly closing = new AbortController();
  private readonly reader: RenewableConnection;
  private readonly writer: RenewableConnection;
  private readonly group: ConsumerGroup;
  private readonly backOff = new BackOff();
  private loop: Promise<void> | undefined;
  private claimedAtMs = Number.NEGATIVE_INFINITY;
  private outage: string | undefined;

  constructor(options: EventStreamOptions) {
    super();
    this.options = { ...DEFAULTS, ...options };
    this.reader = new RenewableConnection(options.connect);
    this.writer = new RenewableConnection(options.connect);
    this.group = new ConsumerGroup(options, this.reader, this.writer);
  }

  /** Starts; does not wait for Redis. */
  listen(callback: (error?: unknown) => void): void {
    this.loop ??= this.run();
    callback();
  }

  /** Ends the wait for events at once, and waits for the handlers in flight, at most three seconds. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    const readerClosed = this.reader.closeInOrder();
    this.writer.closeWhenDown();
    const ended = this.end(readerClosed).catch((error: unknown) =>
      this.logger.debug(String(error)),
    );
    await Promise.race([ended, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    this.writer.close();
  }

  on<Name extends keyof EventStreamEvents, Callback extends EventStreamEvents[Name]>(
    event: Name,
    callback: Callback,
  ): this {
    this.listeners.on(event, callback);
    return this;
  }

  /** The connection that acknowledges. */
  unwrap<T = StreamConnection>(): T {
    return this.writer.current() as T;
  }

  /** A read that Redis sees after the goodbye would make the consumer anew. */
  private async end(readerClosed: Promise<void>): Promise<void> {
    if (this.loop === undefined) return;
    await Promise.all([this.loop, readerClosed]);
    await this.group.leave();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.round();
        this.backOff.reset();
      } catch (error) {
        if (signal.aborted) return;
        this.noteOutage(error);
        await this.backOff.pause(signal);
      }
    }
  }

  private async round(): Promise<void> {
    this.noteMissed(await this.group.attend());
    this.noteRecovery();
    await this.deliverAgain();
    const claimInMs = this.claimedAtMs + this.claimEveryMs - performance.now();
    const blockMs = Math.ceil(Math.min(BLOCK_MAX_MS, Math.max(1, claimInMs)));
    await this.deliver(await this.group.next(BATCH_SIZE_MAX, blockMs));
  }

  private get claimEveryMs(): number {
    return this.options.redeliverAfterMs / 2;
  }

  private async deliverAgain(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.claimedAtMs < this.claimEveryMs) return;
    this.claimedAtMs = nowMs;
    let cursor = '0-0';
    do {
      const part = await this.group.claim(cursor, this.options.redeliverAfterMs, BATCH_SIZE_MAX);
      this.noteMissed(part.missed);
      await this.deliver(part.claimed);
      cursor = part.next;
    } while (cursor !== '0-0' && !this.closing.signal.aborted);
    await this.group.forgetConsumers(this.options.consumerKeptMs);
  }

  private async deliver(batch: readonly Delivery[]): Promise<void> {
    const acknowledgeEveryMs = this.options.redeliverAfterMs / 4;
    let judged: Judged[] = [];
    let atMs = performance.now();
    for (const delivery of batch) {
      judged.push({ entry: delivery.entry, verdict: await this.judge(delivery) });
      if (performance.now() - atMs < acknowledgeEveryMs) continue;
      await this.settle(judged);
      judged = [];
      atMs = performance.now();
    }
    await this.settle(judged);
  }

  /** Acknowledges all that needs no further delivery, in one command. */
  private async settle(judged: readonly Judged[]): Promise<void> {
    const done = judged.filter(({ verdict }) => verdict !== 'failed');
    if (done.length > 0) await this.group.acknowledge(done.map(({ entry }) => entry));
    for (const { entry, verdict } of judged) {
      this.listeners.emit(
        'delivered',
        isDomainEventType(entry.type) ? entry.type : 'other',
        verdict,
      );
    }
  }

  private async judge({ entry, deliveries }: Delivery): Promise<EventVerdict> {
    const { id, type, fields } = entry;
    const about = { id, type, deliveries };
    if (!isDomainEventType(type)) return 'unknown';
    const payload = parseDomainEvent(type, fields);
    if (payload === undefined) {
      this.logger.error(about, 'an event is passed over: its fields do not fit its type');
      return 'malformed';
    }
    const handler = this.getHandlerByPattern(type);
    if (handler === null) return 'unheard';
    // A delivery that was never judged ended its process, or the connection: it counts as a failed one.
    if (deliveries > this.options.deliveriesMax) return this.giveUp(about);
    try {
      const result: unknown = await handler(payload, new EventContext([id, type, deliveries]));
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      return 'handled';
    } catch (error) {
      if (deliveries >= this.options.deliveriesMax) return this.giveUp(about, error);
      this.logger.warn(about, error, 'an event was not handled, and will be delivered again');
      return 'failed';
    }
  }

  private giveUp(about: object, error?: unknown): EventVerdict {
    this.logger.error(about, error, 'an event is passed over: it could not be handled');
    return 'given-up';
  }

  private noteMissed(count: number): void {
    if (count === 0) return;
    const { group } = this.options;
    this.logger.warn({ group, count }, 'events were trimmed away before they were handled');
    this.listeners.emit('missed', count);
  }

  private noteOutage(error: unknown): void {
    const sentence = error instanceof Error ? error.message : String(error);
    if (this.outage === undefined) {
      this.logger.warn(`the event stream cannot be read: ${sentence}`);
      this._status$.next('disconnected');
    }
    this.outage = sentence;
  }

  private noteRecovery(): void {
    if (this.outage !== undefined) this.logger.log('the event stream can be read again');
    this.outage = undefined;
    this._status$.next('connected');
  }
}

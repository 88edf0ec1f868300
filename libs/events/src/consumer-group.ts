import { ATTEND, FORGET_CONSUMERS } from './group-scripts';
import {
  isErrorReply,
  type RenewableConnection,
  type StreamConnection,
} from './renewable-connection';
import { entriesOf, entriesOfReply, type StreamEntry } from './stream-entry';

/** Who reads which stream. */
export interface ConsumerName {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
}

/** An entry, and the how-manieth delivery this is; the first is 1. */
export interface Delivery {
  readonly entry: StreamEntry;
  readonly deliveries: number;
}

/** Part of what nobody has acknowledged. */
export interface ClaimedEntries {
  readonly claimed: readonly Delivery[];
  /** How many were trimmed away before anybody had acknowledged them. */
  readonly missed: number;
  /** Where to go on; `0-0` when this was the last part. */
  readonly next: string;
}

const ANSWER_MS = 2_000;
const STREAM_GONE = /^(NOGROUP|UNBLOCKED)\b/;

/** One consumer's share of a consumer group: every command it needs, and nothing of what an entry means. */
export class ConsumerGroup {
  constructor(
    private readonly name: ConsumerName,
    private readonly reader: RenewableConnection,
    private readonly writer: RenewableConnection,
  ) {}

  /** Creates the group where it is missing; returns how many entries were trimmed away before the group read them. */
  async attend(): Promise<number> {
    const { stream, group } = this.name;
    return (await this.write((redis) => redis.eval(ATTEND, 1, stream, group))) as number;
  }

  /** Entries that no consumer was given yet; waits for one. None when the stream vanishes meanwhile: attend again. */
  async next(countMax: number, blockMs: number): Promise<Delivery[]> {
    const { stream, group, consumer } = this.name;
    try {
      const reply = await this.reader.run(blockMs + ANSWER_MS, (redis) =>
        redis.xreadgroup(
          ...(['GROUP', group, consumer, 'COUNT', countMax, 'BLOCK', blockMs] as const),
          ...(['STREAMS', stream, '>'] as const),
        ),
      );
      return entriesOfReply(reply).map((entry) => ({ entry, deliveries: 1 }));
    } catch (error) {
      if (isErrorReply(error) && STREAM_GONE.test(error.message)) return [];
      throw error;
    }
  }

  /** Takes over entries that were given to any consumer, this one too, so long ago and are not acknowledged. */
  async claim(cursor: string, idleMs: number, countMax: number): Promise<ClaimedEntries> {
    const { stream, group, consumer } = this.name;
    const reply = await this.write((redis) =>
      redis.xautoclaim(stream, group, consumer, idleMs, cursor, 'COUNT', countMax),
    );
    const [next, raw, trimmed = []] = reply as [string, unknown, string[]?];
    const entries = entriesOf(raw);
    const claimed = await Promise.all(
      entries.map(async (entry) => ({ entry, deliveries: await this.deliveries(entry.id) })),
    );
    return { claimed, missed: trimmed.length, next };
  }

  /** These entries need no further delivery. */
  async acknowledge(entries: readonly StreamEntry[]): Promise<void> {
    const { stream, group } = this.name;
    const ids = entries.map(({ id }) => id);
    await this.write((redis) => redis.xack(stream, group, ...ids));
  }

  /** Removes consumers that were not heard of for so long and left nothing behind. */
  async forgetConsumers(idleMs: number): Promise<void> {
    await this.forget(idleMs, '');
  }

  /** Removes this consumer; what it has not acknowledged keeps it, until another has taken that over. */
  async leave(): Promise<void> {
    await this.forget(Number.MAX_SAFE_INTEGER, this.name.consumer);
  }

  private async deliveries(id: string): Promise<number> {
    const { stream, group } = this.name;
    const reply = await this.write((redis) => redis.xpending(stream, group, id, id, 1));
    const [pending] = reply as [id: string, consumer: string, idle: number, deliveries: number][];
    return pending?.[3] ?? 1;
  }

  private async forget(idleMs: number, leaving: string): Promise<void> {
    const { stream, group } = this.name;
    await this.write((redis) => redis.eval(FORGET_CONSUMERS, 1, stream, group, idleMs, leaving));
  }

  private write<T>(command: (redis: StreamConnection) => Promise<T>): Promise<T> {
    return this.writer.run(ANSWER_MS, command);
  }
}

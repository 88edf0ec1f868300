import type { Fence, LocalId, ServerId } from '@rollcall/domain';
import { fenceOf, type Present, type ServerEntry } from './server-entry';

/** The fence of a server of which nothing is remembered. */
export const NO_FENCE: Fence = { boot: 0, sequence: 0 };

/** A server on the roll. */
export type Member = readonly [ServerId, Present];

/** Everything that is held about servers, also what its retention has ended for. */
export class ServerTable {
  private readonly entries = new Map<ServerId, ServerEntry>();

  set(server: ServerId, entry: ServerEntry): void {
    this.entries.set(server, entry);
  }

  delete(server: ServerId): void {
    this.entries.delete(server);
  }

  /** A server that is on the roll, whether its retention has ended or not. */
  member(server: ServerId): Present | undefined {
    const entry = this.entries.get(server);
    return entry?.kind === 'present' ? entry : undefined;
  }

  /** Everybody on the roll, by the end of the lease. */
  members(): Member[] {
    return [...this.entries]
      .filter((pair): pair is [ServerId, Present] => pair[1].kind === 'present')
      .sort(([, one], [, other]) => one.leaseEndsAtMs - other.leaseEndsAtMs);
  }

  /** What is remembered of a server, if its retention has not ended. */
  retained(server: ServerId, nowMs: number): ServerEntry | undefined {
    const entry = this.entries.get(server);
    return entry && nowMs < entry.retainedUntilMs ? entry : undefined;
  }

  fence(server: ServerId, nowMs: number): Fence {
    const entry = this.retained(server, nowMs);
    return entry ? fenceOf(entry) : NO_FENCE;
  }

  sessions(server: ServerId, nowMs: number): readonly LocalId[] {
    const entry = this.retained(server, nowMs);
    return (entry?.kind === 'present' && entry.sessions) || [];
  }
}
